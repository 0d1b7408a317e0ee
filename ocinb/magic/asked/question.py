"""What a request comes to, checked before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ocinb.chat_models import ChatOCIModelDeployment
from ocinb.errors import ConfigurationError, ParameterError
from ocinb.magic.asked.images import Image, images_of
from ocinb.magic.asked.schema import MisfitError, Schema, answering, schema_named
from ocinb.magic.asked.tools import Offered, offered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langchain_core.language_models import BaseChatModel

    from ocinb.conversation import Turn
    from ocinb.conversation.turn import Prompt
    from ocinb.magic.face import Face, Settings
    from ocinb.magic.typed.arguments import Request
    from ocinb.magic.typed.flags import Format

__all__ = ["Question", "question_of"]


@dataclass(frozen=True)
class Question:
    """What is asked, of whom and how.

    Attributes:
        prompt: what is asked, with its pictures if there are any.
        model: the chat model.
        asked: what streams the answer: the chat model, or one that follows the schema.
        params: of this turn.
        sent: the sampling parameters that its request carries.
        style: how the answer is shown.
        schema: what the answer has to look like; None is anything.
        about: what the prompt is made of, where the user did not write it.
        offered: the tools that the model may call.
        images: those in the prompt.
    """

    prompt: Prompt
    model: BaseChatModel
    asked: Any
    params: Mapping[str, Any]
    sent: Mapping[str, Any]
    style: Format
    schema: Schema | None = None
    about: str = ""
    offered: Offered = field(default_factory=Offered)
    images: tuple[Image, ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        """What the footer tells of the question."""
        told = {
            f"about {self.about}": self.about,
            f"schema {self.schema.name if self.schema else ''}": self.schema,
            "asked through with_structured_output": self.asked is not self.model,
        }
        labels = (image.label for image in self.images)
        return (*labels, *(fact for fact, holds in told.items() if holds))

    def read(self, turn: Turn) -> tuple[Any, str]:
        """Return the object of an answer, and why there is none; "" if there is."""
        if self.schema is None:
            return None, ""
        if turn.status != "done":
            return None, f"no {self.schema.name}: the answer is not whole"
        try:
            return self.schema.read(turn.text), ""
        except MisfitError as misfit:
            return None, str(misfit)


def question_of(
    face: Face, settings: Settings, request: Request, names: Mapping[str, Any]
) -> Question:
    """Put together what a cell asks.

    Args:
        face: knows the models.
        settings: what is configured.
        request: what was typed.
        names: the notebook's variables.

    Raises:
        OcinbError: something of it cannot be right; nothing was sent.
    """
    model = face.models.find(request.model or face.models.current, names)
    params = {**_own_params(face, settings, request), **request.params}
    schema = schema_named(request.schema, names) if request.schema else None
    asked: Any = model
    if schema is not None:
        if not isinstance(model, ChatOCIModelDeployment):
            asked = _whole(model, schema, params)
        elif not request.goes_on:  # its rest alone would follow no schema
            params["response_format"] = _format_of(schema, request)
    sent = _sent_params(model, params)
    if schema is not None:  # told by its name
        sent.pop("response_format", None)
    style = request.format or ("json" if schema else settings.format)
    tools = offered(request.tools, request.auto_tools, names)
    if tools.tools and asked is not model:
        msg = f"--tool and --schema: not together with a {type(model).__name__}"
        raise ConfigurationError(msg)
    images = images_of(request.images, names)
    return Question(
        _prompt(request.prompt, images),
        model,
        asked,
        params,
        sent,
        style,
        schema=schema,
        about=request.about,
        offered=tools,
        images=images,
    )


def _prompt(text: str, images: Sequence[Image]) -> Prompt:
    if not images:
        return text
    return [{"type": "text", "text": text}, *(image.part for image in images)]


def _own_params(face: Face, settings: Settings, request: Request) -> Mapping[str, Any]:
    """Return the parameters that flags are put on top of."""
    if not request.goes_on:
        return settings.params
    own = dict(face.turns[-1].params) if face.turns else {}
    return {**own, "response_format": None} if "response_format" in own else own


def _format_of(schema: Schema, request: Request) -> dict[str, Any]:
    if "response_format" in request.params:
        msg = "--schema and --response-format contradict each other"
        raise ConfigurationError(msg)
    return schema.response_format


def _whole(model: BaseChatModel, schema: Schema, params: Mapping[str, Any]) -> Any:
    if params:
        kind = type(model).__name__
        msg = f"--schema: a {kind} takes no parameters with it ({', '.join(params)})"
        raise ConfigurationError(msg, hint="set them on the chat model itself")
    return answering(model, schema)


def _sent_params(model: BaseChatModel, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the request will carry, or refuse it before anything is sent."""
    tell = getattr(model, "sent_params", None)
    sent: dict[str, Any] = dict(params) if tell is None else tell(**params)
    if (sent.get("n") or 1) > 1:
        msg = f"n must be 1 here (got {sent['n']}): one answer is shown"
        raise ParameterError(msg, hint="for more ask the chat model from Python")
    return sent
