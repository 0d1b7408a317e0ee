"""Answers with a status other than 200, and redirects."""

from __future__ import annotations

from typing import Final

from ocinb.local.scripts.faults.kind import TEXT, Fault
from ocinb.local.scripts.script import Script
from ocinb.local.scripts.steps import Body, Headers, Status

__all__ = ["REDIRECT", "STATUS", "redirect"]

_TOO_LONG: Final = (
    "This model's maximum context length is 2048 tokens. However, you requested "
    "100000 output tokens. Please reduce max_tokens."
)
_UNSAFE: Final = (
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]8;;http://attacker.invalid\x1b\\link "
    "\u202eesrever\u202c \u2066bidi\u2069 <img src=x onerror=alert(1)>"
    "<script>alert(2)</script> \x00\x08end"
)
_FIELDS: Final = {
    "detail": [
        {
            "type": "missing",
            "loc": ["body", "messages"],
            "msg": "Field required",
            "input": None,
        },
        {
            "type": "int_parsing",
            "loc": ["body", "max_tokens"],
            "msg": "Input should be a valid integer",
            "input": "many",
        },
    ]
}
_NOWHERE: Final = "127.0.0.1:9"
"""An address that nothing listens on."""


def _oci(status: int, code: str, message: str, **headers: str) -> Script:
    lines = {name.replace("_", "-"): value for name, value in headers.items()}
    return Script.error(status, code=code, message=message, headers=lines)


def _page(status: float, title: str) -> Script:
    """Answer with a page of HTML that would run a script where it is rendered."""
    html = (
        f"<!DOCTYPE html><html><head><title>{title} &amp; more</title></head>"
        f"<body><h1>{title}</h1><script>alert(1)</script>"
        '<img src="http://attacker.invalid/x.png" onerror="alert(2)"></body></html>'
    )
    kind = Headers({"content-type": "text/html; charset=utf-8"})
    return Script([Status(int(status)), kind, Body(html.encode())])


def _error_page(status: float) -> Script:
    return _page(status, "Bad Gateway")


def _empty(status: float) -> Script:
    return Script([Status(int(status))])


def _limited(seconds: float) -> Script:
    return _oci(
        429, "TooManyRequests", "Too many requests.", retry_after=f"{seconds:g}"
    )


def redirect(location: str, status: int = 307) -> Script:
    """Make a script that sends the request elsewhere."""
    return Script([Status(status), Headers({"location": location})])


def _redirect_same(status: float) -> Script:
    return redirect("?elsewhere=1", int(status))


def _redirect_other(status: float) -> Script:
    return redirect(f"http://{_NOWHERE}/elsewhere/predict", int(status))


def _redirect_scheme(status: float) -> Script:
    return redirect(f"https://{_NOWHERE}/predict", int(status))


_NOT_SIGNED: Final = _oci(
    401,
    "NotAuthenticated",
    "The required information to complete authentication was not provided or was "
    "incorrect.",
)
_NOT_ALLOWED: Final = _oci(403, "NotAllowed", "The request is not allowed.")
_NOT_FOUND: Final = _oci(
    404,
    "NotAuthorizedOrNotFound",
    "Authorization failed or requested resource not found.",
)
_NO_MODEL: Final = Script.error(
    404, message="The model `nope` does not exist. Valid aliases: odsc-llm."
)
_SLOW: Final = _oci(408, "RequestTimeout", "The request timed out.")
_NOT_STREAMING: Final = _oci(
    409, "IncorrectState", "unexpected non-streaming response from the deployment"
)
_TOO_LARGE: Final = _oci(413, "PayloadTooLarge", "The payload is over 10 MB.")
_NO_JSON: Final = _oci(415, "UnsupportedMediaType", "Send application/json.")
_BUSY: Final = _oci(
    503, "ServiceUnavailable", "The deployment is not ready.", retry_after="1"
)
_OLD: Final = Script.error(
    400,
    {
        "object": "error",
        "message": _TOO_LONG,
        "type": "BadRequestError",
        "param": None,
        "code": 400,
    },
)

STATUS: Final = (
    Fault("400", "status", "no", _oci(400, "InvalidParameter", _TOO_LONG)),
    Fault("401", "status", "once", _NOT_SIGNED),
    Fault("403", "status", "no", _NOT_ALLOWED),
    Fault("404", "status", "once", _NOT_FOUND),
    Fault("vllm_404", "status", "no", _NO_MODEL),
    Fault("408", "status", "yes", _SLOW),
    Fault("409", "status", "no", _NOT_STREAMING),
    Fault("413", "status", "no", _TOO_LARGE),
    Fault("415", "status", "no", _NO_JSON),
    Fault("422", "status", "no", Script.error(422, _FIELDS)),
    Fault("429", "status", "yes", _limited, arg=1),
    Fault("500", "status", "yes", _oci(500, "InternalServerError", "Internal error.")),
    Fault("502", "status", "yes", _oci(502, "BadGateway", "No answer from the model.")),
    Fault("503", "status", "yes", _BUSY),
    Fault("504", "status", "yes", _oci(504, "GatewayTimeout", "60 s are over.")),
    Fault("vllm_400", "status", "no", Script.error(400, message=_TOO_LONG)),
    Fault("vllm_400_old", "status", "no", _OLD),
    Fault("html", "status", "yes", _error_page, arg=502),
    Fault("html200", "status", "no", _page(200, "Sign in")),
    Fault("empty", "status", "no", _empty, arg=200),
    Fault("204", "status", "no", _empty, arg=204),
    Fault("error_ansi", "status", "no", _oci(400, "InvalidParameter", _UNSAFE)),
    Fault("401_then_ok", "status", "once", [_NOT_SIGNED, Script.answer(TEXT)], TEXT),
)

REDIRECT: Final = (
    Fault("redirect_same", "redirect", "no", _redirect_same, arg=307),
    Fault("redirect_other", "redirect", "no", _redirect_other, arg=307),
    Fault("redirect_http", "redirect", "no", _redirect_scheme, arg=307),
    Fault("redirect_loop", "redirect", "no", _redirect_same, arg=308),
)
