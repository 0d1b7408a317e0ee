"""Each fault that the doctor can name, provoked on loopback, and the fix that it says."""

from __future__ import annotations

import json
import sys
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from ocinb.cli import main
from ocinb.doctor import CHECKS, Report, Row, Target, diagnose
from ocinb.local import LocalDeployment, Script
from ocinb.local.scripts.steps import Delta, Done, Finish, Headers, Json, Status, Wait
from ocinb.saved.file import SavedFile
from ocinb.saved.values import Alias
from tests.contract.listeners import Authority, TlsServer, closed_port, full_listener
from tests.contract.scripted_serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ocinb.local import ReceivedRequest

Mind: TypeAlias = "Callable[[ReceivedRequest], Script]"
Examine: TypeAlias = "Callable[..., Report]"

NAMES = [check.name for check in CHECKS]
TEXTS = ["1", "\n2", "\n3", "\n4", "\n5", "\n6", "\n7", "\n8"]
NO_PARSER = (
    '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be '
    "set"
)
TOO_LONG = "This model's maximum context length is 8192 tokens. However, you requested"


def written(delay_s: float = 0.02) -> Script:
    """Answer with a few tokens, one after the other."""
    return Script.answer("".join(TEXTS), tokens=len(TEXTS), delay_s=delay_s)


LOGPROBS = Script(
    [
        Json(
            {
                "model": "odsc-llm",
                "choices": [
                    {
                        "message": {"role": "assistant", "content": "a"},
                        "logprobs": {"content": [{"token": "a", "logprob": -1.0}]},
                    }
                ],
            }
        )
    ]
)


def healthy(request: ReceivedRequest) -> Script:
    """Answer as a vLLM does with which nothing is wrong."""
    if request.method == "GET":
        return Script.error(405, {"detail": "Method Not Allowed"})
    if request.json.get("max_tokens", 0) > 8192:
        return Script.error(400, message=TOO_LONG)
    return LOGPROBS if request.json.get("logprobs") else written()


def otherwise(is_meant: Callable[[ReceivedRequest], Any], script: Script) -> Mind:
    """Be healthy, but for some signed requests."""
    return lambda request: (
        script if request.method == "POST" and is_meant(request) else healthy(request)
    )


class Stage:
    """A scripted deployment on which each test puts a mind of its own."""

    def __init__(self) -> None:
        self.mind: Mind = healthy
        self.deployment = LocalDeployment(script=self._answer)

    def _answer(self, request: ReceivedRequest) -> Script:
        return self.mind(request)

    def examined(self, mind: Mind, **target: Any) -> Report:
        self.mind = mind
        fields = {"auth": self.deployment.auth, **target}
        return diagnose(Target(self.deployment.endpoint, **fields), timeout_s=10)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    made = Stage()
    with made.deployment:
        yield made


@pytest.fixture
def examined(stage: Stage) -> Examine:
    return stage.examined


def only_failure(report: Report) -> Row:
    """Return the one row that failed; what stands on it was skipped."""
    (row,) = [row for row in report.rows if row.result == "fail"]
    assert row.fix
    assert "\n" not in row.fix
    for check in CHECKS:
        if row.check in check.needs:
            assert report[check.name].result == "skipped"
            assert report[check.name].measured == f"{row.check} failed"
    assert not report.ok
    return row


def test_nothing_fails_where_nothing_is_wrong(examined: Examine) -> None:
    report = examined(healthy)
    assert [(r.check, r.result) for r in report.rows] == [(n, "pass") for n in NAMES]
    assert report.ok
    assert report["context"].measured.startswith("8,192 tokens")
    assert 0 < report.seconds < 20


def test_six_small_requests_are_sent() -> None:
    with LocalDeployment(script=healthy) as deployment:
        diagnose(Target(deployment.endpoint, deployment.auth))
        sent = deployment.requests
    assert [request.method for request in sent] == ["GET", *["POST"] * 5]
    assert "authorization" not in sent[0].headers
    asked = sorted(request.json["max_tokens"] for request in sent[1:])
    assert asked[:4] == [1, 1, 8, 24]


def test_the_real_small_model_is_well(local_deployment: LocalDeployment) -> None:
    target = Target(local_deployment.endpoint, local_deployment.auth)
    report = diagnose(target)
    assert report.ok, report
    assert report["context"].measured.startswith("4,096 tokens")


def test_a_wrong_key(examined: Examine) -> None:
    with LocalDeployment(script=healthy) as other:
        row = only_failure(examined(healthy, auth=other.auth))
    assert row.check == "signature"
    assert "status 401" in row.measured
    assert "check that the key is listed with your user" in row.fix


def test_no_credentials(
    examined: Examine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCI_CONFIG_LOCATION", str(tmp_path / "none"))
    report = examined(healthy, auth="api_key")
    row = only_failure(report)
    assert row.check == "auth"
    assert "does not exist" in row.measured
    assert "oci setup config" in row.fix
    assert report["clock"].result == "pass"


def test_auth_that_is_none(examined: Examine) -> None:
    row = only_failure(examined(healthy, auth={"config": {}}))
    assert (row.check, "has no signer" in row.measured) == ("auth", True)


def test_no_row_holds_a_key() -> None:
    with LocalDeployment(script=healthy) as deployment:
        report = diagnose(Target(deployment.endpoint, deployment.auth))
        signer = deployment.auth["signer"]
        seen = f"{report}{report.to_json()}{report._repr_html_()}"
        assert signer.api_key not in seen
        assert signer.api_key.rpartition("/")[2] not in seen
    assert "API key, from a RequestSigner in auth=" in report["auth"].measured


@pytest.mark.parametrize(
    ("ahead_s", "words"),
    [(400, "behind the server"), (-4000, "ahead of the server")],
)
def test_a_skewed_clock(ahead_s: float, words: str) -> None:
    date = formatdate(time.time() + ahead_s, usegmt=True)
    late = Script([Status(401), Headers({"date": date}), Json({"code": "x"})])
    with serving(late) as server:
        report = diagnose(Target(server.endpoint, lambda _: None))
    row = only_failure(report)
    assert row.check == "clock"
    assert words in row.measured
    assert "timedatectl" in row.fix


def test_a_host_that_is_unknown() -> None:
    target = Target("https://no-such-host.invalid/x/predict", lambda _: None)
    row = only_failure(diagnose(target, timeout_s=5))
    assert row.check == "dns"
    assert "no-such-host.invalid not found" in row.measured
    assert "check the region in the endpoint" in row.fix


def test_a_name_is_looked_up() -> None:
    with LocalDeployment(script=healthy) as deployment:
        url = deployment.endpoint.replace("127.0.0.1", "localhost")
        report = diagnose(Target(url, deployment.auth))
    assert report["dns"].measured in {"localhost is 127.0.0.1", "localhost is ::1"}
    assert report.ok


def test_a_server_that_never_answers() -> None:
    with serving(Script([Wait(60)])) as server:
        report = diagnose(Target(server.endpoint, lambda _: None), timeout_s=0.3)
    row = only_failure(report)
    assert row.check == "predict"
    assert "time-out of 0.3 s" in row.measured
    assert "wait until the model is loaded" in row.fix
    assert report["connection"].result == "pass"
    assert report["clock"].result == "skipped"


def test_ads_that_is_needed_and_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ads", None)
    with LocalDeployment(script=healthy) as deployment:
        row = only_failure(diagnose(Target(deployment.endpoint)))
    assert row.check == "auth"
    assert "oracle-ads" in row.measured
    assert "--auth NAME" in row.fix


def test_a_closed_port() -> None:
    target = Target(f"http://127.0.0.1:{closed_port()}/x/predict", lambda _: None)
    row = only_failure(diagnose(target))
    assert row.check == "connection"
    assert "refused" in row.measured
    assert "security list" in row.fix


def test_a_port_that_does_not_answer() -> None:
    with full_listener() as port:
        target = Target(f"http://127.0.0.1:{port}/x/predict", lambda _: None)
        row = only_failure(diagnose(target, timeout_s=0.3))
    assert row.check == "connection"
    assert "time-out" in row.measured


def test_a_proxy_that_is_down_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    port = closed_port()
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:hunter2@127.0.0.1:{port}")
    monkeypatch.setenv("https_proxy", f"http://user:hunter2@127.0.0.1:{port}")
    target = Target("https://no-such-host.invalid/x/predict", lambda _: None)
    report = diagnose(target, timeout_s=5)
    row = only_failure(report)
    assert row.check == "connection"
    assert f"the proxy 127.0.0.1:{port}" in row.measured
    assert "HTTPS_PROXY" in row.fix
    assert report["dns"].result == "skipped"
    assert "hunter2" not in str(report)


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[TlsServer]:
    server = TlsServer(Authority(tmp_path).server_context())
    yield server
    server.close()


def test_a_certificate_that_nobody_signed(secure: TlsServer) -> None:
    target = Target(f"https://127.0.0.1:{secure.port}/x/predict", lambda _: None)
    row = only_failure(diagnose(target))
    assert row.check == "connection"
    assert "no secure connection" in row.measured
    assert "SSL_CERT_FILE" in row.fix
    assert secure.received == b""


def test_a_policy_that_is_missing(examined: Examine) -> None:
    gone = Script.error(
        404,
        code="NotAuthorizedOrNotFound",
        message="Authorization failed or requested resource not found.",
    )
    row = only_failure(examined(otherwise(bool, gone)))
    assert row.check == "policy"
    assert (
        "allow group <group-name> to {DATA_SCIENCE_MODEL_DEPLOYMENT_PREDICT}" in row.fix
    )


def test_a_deployment_that_is_not_active(examined: Examine) -> None:
    sleeping = Script.error(409, code="IncorrectState", message="not ACTIVE")
    row = only_failure(examined(otherwise(bool, sleeping)))
    assert row.check == "active"
    assert "start the deployment" in row.fix


def test_a_redirect_is_not_followed(examined: Examine) -> None:
    away = Script([Status(307), Headers({"location": "http://127.0.0.1:9/predict"})])
    report = examined(otherwise(bool, away))
    row = only_failure(report)
    assert row.check == "predict"
    assert "redirects" in row.measured
    assert report["signature"].result == "skipped"


def test_a_model_that_is_still_being_loaded(examined: Examine) -> None:
    loading = Script.error(503, code="ServiceUnavailable", message="Loading model")
    report = examined(otherwise(bool, loading))
    row = only_failure(report)
    assert row.check == "predict"
    assert "wait until the model is loaded" in row.fix
    assert report["policy"].result == "pass"


def test_a_server_that_does_not_speak_the_chat_api(examined: Examine) -> None:
    other = Script([Json({"prediction": [1, 2]})])
    row = only_failure(examined(otherwise(bool, other)))
    assert row.check == "predict"
    assert "does not speak the chat API" in row.measured


def test_a_wrong_route(examined: Examine) -> None:
    astray = otherwise(
        lambda request: request.headers["route"] != "/v1/chat/completions",
        Script.error(404, {"detail": "Not Found"}),
    )
    report = examined(astray, headers={"route": "/v1/nowhere"})
    row = only_failure(report)
    assert row.check == "route"
    assert "route: /v1/nowhere" in row.measured
    assert "MODEL_DEPLOY_PREDICT_ENDPOINT=/v1/chat/completions" in row.fix
    assert report["predict"].measured == "the model server answers (status 404)"


def test_a_wrong_model_name(local_deployment: LocalDeployment) -> None:
    target = Target(local_deployment.endpoint, local_deployment.auth, "nope")
    report = diagnose(target)
    row = only_failure(report)
    assert row.check == "model"
    assert "Valid aliases: odsc-llm" in row.measured
    assert "--served-model-name" in row.fix
    assert report["route"].result == "pass"


def test_a_deployment_that_does_not_stream(examined: Examine) -> None:
    plain = Script.error(
        409, code="IncorrectState", message="unexpected non-streaming response"
    )
    row = only_failure(
        examined(
            otherwise(lambda r: r.path.endswith("/predictWithResponseStream"), plain)
        )
    )
    assert row.check == "stream"
    assert "/predictWithResponseStream does not stream" in row.measured


def test_a_whole_answer_in_place_of_a_stream(examined: Examine) -> None:
    whole = Script([Json({"choices": [{"message": {"content": "all of it"}}]})])
    row = only_failure(examined(otherwise(lambda r: r.json.get("stream"), whole)))
    assert row.check == "stream"
    assert "one whole answer came" in row.measured


def test_a_gateway_that_buffers(examined: Examine) -> None:
    steps = [Wait(0.4), *map(Delta, TEXTS), Finish("stop"), Done()]
    held = Script(steps, coalesce=True)
    is_meant = lambda r: r.json["max_tokens"] == 24  # noqa: E731 - the streamed one
    row = only_failure(examined(otherwise(is_meant, held)))
    assert row.check == "incremental"
    assert "8 events: the first after 0.4" in row.measured
    assert "proxy_buffering off" in row.fix


def test_a_server_without_a_tool_parser(examined: Examine) -> None:
    refused = Script.error(400, message=NO_PARSER)
    row = only_failure(examined(otherwise(lambda r: r.json.get("tools"), refused)))
    assert row.check == "tools"
    assert "--enable-auto-tool-choice --tool-call-parser" in row.fix


def test_a_server_without_logprobs(examined: Examine) -> None:
    row = only_failure(examined(otherwise(lambda r: r.json.get("logprobs"), written())))
    assert row.check == "logprobs"
    assert "--max-logprobs" in row.fix


def test_a_server_that_takes_any_length_is_hung_up_on(examined: Examine) -> None:
    endless = otherwise(lambda r: r.json["max_tokens"] > 8192, written(0.5))
    report = examined(endless)
    assert report.ok
    assert report["context"].result == "skipped"
    assert report.seconds < 3


def test_what_a_server_says_is_inert(examined: Examine) -> None:
    said = "\x1b[31m<img src=x onerror=alert(1)>\u202e"
    row = examined(
        otherwise(lambda r: r.json.get("tools"), Script.error(400, message=said))
    )
    assert "&lt;img src=x onerror" in row._repr_html_()
    assert "<img" not in row._repr_html_()
    assert "\x1b" not in str(row)
    assert "\u202e" not in str(row)


class TestCommand:
    """`ocinb doctor` as it is typed."""

    @pytest.fixture(autouse=True)
    def apart(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
        monkeypatch.delenv("OCI_LLM_ENDPOINT", raising=False)

    @pytest.fixture
    def deployment(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalDeployment]:
        with LocalDeployment(script=healthy) as deployment:
            monkeypatch.setenv("OCI_CONFIG_LOCATION", str(deployment.profile_path))
            monkeypatch.setenv("OCI_CONFIG_PROFILE", "DEFAULT")
            yield deployment

    def test_all_is_well(
        self, deployment: LocalDeployment, capsys: pytest.CaptureFixture[str]
    ) -> None:
        words = ["--endpoint", deployment.endpoint, "--auth", "api_key"]
        assert main(["doctor", *words]) == 0
        said = capsys.readouterr().out
        assert "17 passed in " in said
        assert 'API key of profile DEFAULT, from auth="api_key"' in said

    def test_the_variable_is_taken_and_named(
        self,
        deployment: LocalDeployment,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("OCI_LLM_ENDPOINT", deployment.endpoint)
        assert main(["doctor", "--auth", "api_key", "--json"]) == 0
        report = json.loads(capsys.readouterr().out)
        assert report["source"] == "OCI_LLM_ENDPOINT"
        assert [row["check"] for row in report["checks"]] == NAMES

    def test_a_failure_is_exit_code_1(
        self, deployment: LocalDeployment, capsys: pytest.CaptureFixture[str]
    ) -> None:
        url = deployment.endpoint.replace("local.ocinb", "local.other")
        assert main(["doctor", "--endpoint", url, "--auth", "api_key", "--json"]) == 1
        report = json.loads(capsys.readouterr().out)
        (row,) = [row for row in report["checks"] if row["result"] == "fail"]
        assert row["check"] == "policy"
        assert report["ok"] is False

    def test_without_an_endpoint_it_says_how_to_get_one(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["doctor", "--auth", "api_key"]) == 1
        said = capsys.readouterr().out
        assert "endpoint is missing" in said
        assert "ocinb doctor --endpoint URL" in said

    def test_a_saved_alias_is_taken_and_named(
        self, deployment: LocalDeployment, capsys: pytest.CaptureFixture[str]
    ) -> None:
        alias = Alias(deployment.endpoint, auth="api_key")
        SavedFile().change(lambda saved: saved.with_alias("my-model", alias))
        assert main(["doctor"]) == 0
        assert (
            "/predict, from the alias my-model, model odsc" in capsys.readouterr().out
        )
        assert main(["doctor", "--endpoint", "my-model", "--json"]) == 0

    def test_a_broken_file_of_aliases_is_named(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "jupyter").mkdir()
        (tmp_path / "jupyter" / "ocinb.json").write_text("{")
        assert main(["doctor", "--auth", "api_key", "--json"]) == 1
        said = capsys.readouterr()
        assert "ocinb.json cannot be read" in said.err
        assert json.loads(said.out)["ok"] is False

    @pytest.mark.parametrize(
        "words", [["--auth", "key"], ["--endpoint", "no-such-alias"]]
    )
    def test_an_option_that_cannot_be_right_is_exit_code_2(
        self, words: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["doctor", *words]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.count("\n") == 1
