"""Python that makes a chat model and sends it the same request again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from langchain_core.runnables.base import RunnableBindingBase
from langchain_core.utils.function_calling import convert_to_openai_tool

from ocinb.chat_models import ChatOCIModelDeployment, ChatOCIModelDeploymentVLLM
from ocinb.chat_models.tools import tools_to_wire
from ocinb.errors import one_line
from ocinb.sampling import PARAMETERS
from ocinb.view.literals import as_arguments, as_call, as_literal
from ocinb.view.message_code import import_line, messages_source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langchain_core.messages import BaseMessage
    from langchain_core.runnables import Runnable

__all__ = ["ModelSource", "as_code", "model_source"]

_OWN: Final = (ChatOCIModelDeploymentVLLM, ChatOCIModelDeployment)

_SETTINGS: Final = ("streaming", "max_retries", "timeout", "disable_streaming")
"""Fields that say how a request is sent, beside what is in it."""

_NAMES: Final = ("model", "model_name")
"""How classes of other packages call the name of a model."""


@dataclass(frozen=True)
class ModelSource:
    """Python that makes a chat model, without its credentials.

    Attributes:
        imports: a line that names its class; "" where it has no place to come from.
        expression: evaluates to the chat model.
        params: those of the call that its constructor cannot stand for.
        tools: bound to it, as JSON.
    """

    imports: str
    expression: str
    params: Mapping[str, Any]
    tools: tuple[Mapping[str, Any], ...] = ()

    @property
    def statements(self) -> str:
        """The statements that leave the chat model, without tools, in `model`."""
        start = f"{self.imports}\n\n" if self.imports else ""
        return f"{start}model = {self.expression}\n"


def as_code(
    model: Runnable[Any, Any],
    messages: Sequence[BaseMessage],
    params: Mapping[str, Any],
    *,
    tools: Sequence[Any] = (),
) -> str:
    """Return a program that sends the same request and prints the answer.

    With our own chat models the body of its request is the same to the byte. It holds
    no credentials and no values of headers: comments say what to pass.

    Args:
        model: what was asked; a chat model, or one with parameters bound to it.
        messages: everything that is sent, the system prompt too.
        params: sampling parameters of the call; None un-sets one.
        tools: what the model may call.

    Raises:
        ParameterError: a tool, a message or a value could not be sent.
    """
    source = model_source(model, params, tools=tools)
    imports = filter(None, [import_line(messages), source.imports])
    bound = ".bind_tools(tools)" if source.tools else ""
    given = ", ".join(["messages", *as_arguments(source.params)])
    listed = f"tools = {as_literal(source.tools)}\n" if source.tools else ""
    return (
        "\n".join(imports) + f"\n\nmodel = {source.expression}\n"
        f"messages = {messages_source(messages)}\n{listed}"
        f"for chunk in model{bound}.stream({given}):\n"
        '    print(chunk.text, end="")\n'
    )


def model_source(
    model: Runnable[Any, Any], params: Mapping[str, Any], *, tools: Sequence[Any] = ()
) -> ModelSource:
    """Return Python that makes a chat model.

    Args:
        model: a chat model, or one with parameters bound to it.
        params: of the call; they stand in the constructor where that sends the same.
        tools: what the model may call.

    Raises:
        ParameterError: a tool or a value could not be sent.
    """
    if isinstance(model, RunnableBindingBase):
        bound = dict(model.kwargs)
        listed = [*bound.pop("tools", ()), *tools]
        return model_source(model.bound, {**bound, **params}, tools=listed)
    if isinstance(model, ChatOCIModelDeployment):
        return _own_source(model, params, tools)
    return _other_source(model, params, tools)


# Our own chat models


def _own_source(
    model: ChatOCIModelDeployment, params: Mapping[str, Any], tools: Sequence[Any]
) -> ModelSource:
    fields, left = _placed(model, params)
    settings = {
        name: getattr(model, name)
        for name in ("model", *_SETTINGS)
        if getattr(model, name) != type(model).model_fields[name].default
    }
    extra = {"model_kwargs": model.model_kwargs} if model.model_kwargs else {}
    auth = {"auth": model.auth} if isinstance(model.auth, str) else {}
    given = {"endpoint": model.endpoint, **auth, **settings, **fields, **extra}
    arguments = [*as_arguments(given), *_to_be_passed(model)]
    imports, name = _class_of(model)
    expression = as_call(name, arguments)
    return ModelSource(imports, expression, left, tuple(tools_to_wire(tools)))


def _placed(
    model: ChatOCIModelDeployment, params: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return parameters for the constructor, and those left for the call.

    They move into the constructor together, and only where the body stays the same to
    the byte: the order of its members counts too.
    """
    own = model.own_params()
    called = {
        name: value
        for name, value in params.items()
        # a name that is un-set already needs no word
        if value is not None or name not in PARAMETERS or own.get(name) is not None
    }
    moved = model.set_params() | called
    if set(called) <= set(model.parameter_names):
        ordered = {n: moved[n] for n in model.parameter_names if n in moved}
        made = _defaults(model) | ordered | model.model_kwargs
        if _sent(made) == _sent(own | _last(called)):
            return _telling(model, ordered, {}), {}
    return _telling(model, model.set_params(), called), called


def _last(called: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters in the order in which a call sends them."""
    stop = {"stop": called["stop"]} if "stop" in called else {}
    return {name: value for name, value in called.items() if name != "stop"} | stop


def _sent(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in values.items() if value is not None]


def _defaults(model: ChatOCIModelDeployment) -> dict[str, Any]:
    names = (name for name in model.parameter_names if PARAMETERS[name].sent)
    return {name: PARAMETERS[name].default for name in names}


def _telling(
    model: ChatOCIModelDeployment, fields: Mapping[str, Any], called: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the fields without those that change nothing of the request."""
    own = _defaults(model)
    named = {**model.model_kwargs, **called}
    return {
        name: value
        for name, value in fields.items()
        if name in named or not _is_same(value, own.get(name))
    }


def _is_same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and bool(value == default)


def _to_be_passed(model: ChatOCIModelDeployment) -> list[str]:
    """Return comments for what the program does not hold."""
    told = []
    if model.auth and not isinstance(model.auth, str):
        told.append("# auth=auth,  # the signer or the ADS dict that you passed")
    if model.default_headers:
        names = one_line(", ".join(map(repr, model.default_headers)), 200)
        told.append(f"# default_headers=headers,  # your values for {names}")
    if type(model) not in _OWN:
        told.append("# and the fields of your own class")
    return told


# Chat models of other packages


def _other_source(
    model: Runnable[Any, Any], params: Mapping[str, Any], tools: Sequence[Any]
) -> ModelSource:
    given: set[str] = getattr(model, "model_fields_set", set())
    known = (name for name in (*_NAMES, *PARAMETERS) if name in given)
    fields = {name: getattr(model, name) for name in known}
    rest = "# and what else you gave it, such as credentials"
    imports, name = _class_of(model)
    expression = as_call(name, [*as_arguments(fields), rest])
    listed = tuple(convert_to_openai_tool(each) for each in tools)
    return ModelSource(imports, expression, dict(params), listed)


def _class_of(model: object) -> tuple[str, str]:
    """Return the import of a class, or a comment where it cannot be imported."""
    kind = type(model)
    if kind in _OWN:
        return f"from ocinb import {kind.__name__}", kind.__name__
    if kind.__module__ == "__main__" or "." in kind.__qualname__:
        return f"# {kind.__name__} is a class of your own", kind.__name__
    return f"from {kind.__module__} import {kind.__name__}", kind.__name__
