"""The chat panel: a conversation with any chat model, its settings, and what it does."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from IPython import get_ipython
from ipywidgets import HTML, VBox
from traitlets import Bool, Instance, Unicode, observe, validate

from ocinb.chat_models.faces import model_of_environment
from ocinb.conversation import Conversation
from ocinb.errors import OcinbError
from ocinb.sampling import ParameterWarning, check_all
from ocinb.view.frontend import frontend_of
from ocinb.widgets.controls import Controls
from ocinb.widgets.lean import lean
from ocinb.widgets.live import style_widget
from ocinb.widgets.panel import asked
from ocinb.widgets.panel.announcer import Announcer
from ocinb.widgets.panel.chat import Chat, Told
from ocinb.widgets.panel.composer import Composer
from ocinb.widgets.panel.ended import in_words
from ocinb.widgets.panel.exports import exports_of
from ocinb.widgets.panel.inspect import Inspect
from ocinb.widgets.panel.keeping import Keeping
from ocinb.widgets.panel.kept import read_panel, write_panel
from ocinb.widgets.panel.named import head_line
from ocinb.widgets.panel.params import Params
from ocinb.widgets.panel.picker import Picker
from ocinb.widgets.panel.replay import code_of
from ocinb.widgets.panel.sections import drawer_of
from ocinb.widgets.panel.shown_in import ShownIn
from ocinb.widgets.panel.stored import StoredTranscript
from ocinb.widgets.panel.style import panel_stylesheet
from ocinb.widgets.panel.tuning import Tuning

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import Runnable
    from langchain_core.tools import BaseTool
    from typing_extensions import Self

    from ocinb.conversation import Run, Turn
    from ocinb.conversation.turn import Prompt
    from ocinb.widgets.panel.drawer import Drawer
    from ocinb.widgets.panel.kept import KeptPanel

__all__ = ["ChatPanel"]


class ChatPanel(VBox):
    """A chat with a model, in a notebook cell: `panel = ChatPanel(model); panel`.

    What is done by hand can be done from code, and the other way round:

    ```python
    panel = ChatPanel(model, system="Answer in one sentence.")
    panel.params["temperature"] = 0.7
    run = panel.ask("Why is the sky blue?")
    run.result().text
    panel.conversation.turns, panel.value
    ```

    Args:
        model: any LangChain chat model, or a Runnable that streams messages, such as an
            agent; None is the endpoint of `OCI_LLM_ENDPOINT`.
        system: instructions that every request starts with.
        tools: functions, LangChain tools, pydantic classes or dicts that the model
            may call. No call runs before it is approved in the panel.
        safe_tools: those of them, or their names, that run without being asked for.
        conversation: goes on with this one; it brings its own model and tools.

    Attributes:
        params: what is set for the next request, a mapping by the parameters' names: a
            value is sent, None is not sent, and what is absent is left to the model.
        value: the text of the last answer, once it has ended.
        busy: True while an answer is coming.

    Raises:
        ConfigurationError: there is no model.
    """

    params: Any = Instance(Mapping)
    value = Unicode("")
    busy = Bool(default_value=False)

    def __init__(
        self,
        model: BaseChatModel | Runnable[Any, Any] | None = None,
        *,
        system: str = "",
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool] = (),
        safe_tools: Sequence[Any] = (),
        conversation: Conversation | None = None,
    ) -> None:
        if conversation is None:
            model = model_of_environment() if model is None else model
            conversation = Conversation(
                model, system=system, tools=tools, safe_tools=safe_tools
            )
        elif model is not None:
            conversation.model = model
        self._composer = Composer(self._ask_typed, self.stop)
        told = Told(
            begun=self._begun,
            came=lambda: self._stored.grow(self.conversation),
            paused=lambda: self._stored.update(self.conversation),
            ended=self._ended,
            refused=self._composer.show_problem,
            changed=self._changed,
        )
        self._chat = Chat(conversation, lambda: self.params, told)
        self._stored = StoredTranscript()
        self._head = lean(HTML, value="", _dom_classes=("ocinb-head-line",))
        self._controls = Controls(asked.own_params(conversation.model), self._tuned)
        self._announcer = Announcer()
        self._drawer = self._make_drawer()
        super().__init__(
            children=(
                style_widget(panel_stylesheet()),
                self._head,
                self._chat.transcript.widget,
                self._composer.widget,
                self._controls.main,
                self._drawer.buttons,
                self._drawer.widget,
                self._announcer.widget,
            ),
            _dom_classes=("ocinb-panel",),
            _view_count=0,
        )
        self.params = {}
        self._head.value = head_line(self.model)
        self._chat.show()

    # Asking

    def ask(self, prompt: Prompt) -> Run:
        """Send a prompt with the settings of now, and return its run at once.

        Args:
            prompt: a text, or content parts in LangChain's form.

        Returns:
            The run: `result(timeout_s)` and `await` wait for its end, `stop` ends it.

        Raises:
            OcinbError: it cannot be sent, or an answer is still coming; nothing was
                sent.
        """
        return self._chat.ask(prompt)

    def compare(
        self, prompt: Prompt, params: Mapping[str, Any] | None = None
    ) -> tuple[Run, Run]:
        """Ask one prompt twice at once, with the settings of now and with others.

        The answers are branches of the conversation, which goes on with the first one
        unless `keep` or the panel's button says otherwise.

        Args:
            prompt: as for `ask`.
            params: the other settings, in place of `params`; None is what stands in
                the panel's Compare section.

        Raises:
            OcinbError: as `ask`.
        """
        if params is not None:
            self._chat.compare.use(check_all(params))
        runs = self._chat.ask_both(prompt)
        self._drawer.show("Compare")
        return runs

    def keep(self, turn: Turn) -> None:
        """Let the conversation go on with one of the answers that were compared.

        Raises:
            OcinbError: the turn is not in the conversation, or an answer is still
                coming.
        """
        self._chat.keep(turn)

    def stop(self) -> None:
        """Stop the answer that is coming; what came is kept."""
        self._chat.stop()

    def undo(self) -> None:
        """Step back to before the last turn, which stays a branch.

        Its prompt is put where prompts are written, if nothing stands there.

        Raises:
            ConfigurationError: an answer is still coming.
        """
        turn = self._chat.undo()
        if turn is not None and not self._composer.text:
            self._composer.text = turn.prompt

    @property
    def conversation(self) -> Conversation:
        """The turns, and what can be done with them from code; then `refresh`."""
        return self._chat.conversation

    @property
    def model(self) -> BaseChatModel | Runnable[Any, Any]:
        """What answers; setting it counts from the next request on."""
        return self.conversation.model

    @model.setter
    def model(self, model: BaseChatModel | Runnable[Any, Any]) -> None:
        self.conversation.model = model
        self._controls.use_own(asked.own_params(model))
        self._chat.compare.use_own()
        self._head.value = head_line(model)
        self._picker.refresh()

    def refresh(self) -> None:
        """Draw the conversation as it is now, such as after code has changed it."""
        self._chat.redraw()

    def _ask_typed(self, text: str) -> str:
        """Send what was written, and return why it cannot be sent; "" if it was."""
        send = self.compare if self._drawer.is_open("Compare") else self.ask
        try:
            send(text)
        except OcinbError as error:
            return str(error)
        return ""

    # What the chat tells

    def _begun(self, answers: int) -> None:
        self._composer.busy = self.busy = self._chat.busy
        self._announcer.say(
            "The answer begins" if answers == 1 else "Two answers begin"
        )

    def _ended(self, turn: Turn) -> None:
        self._announcer.say(in_words(turn))
        if not self._chat.busy:
            self._composer.busy = False
            self._stored.update(self.conversation)
            self._show_inspect()
        self.value = turn.text
        self.busy = self._chat.busy

    def _changed(self) -> None:
        self._stored.update(self.conversation)
        self._tuning.refresh()
        self._show_inspect()

    def _show_inspect(self) -> None:
        if self._drawer.is_open("Inspect"):
            self._inspect.refresh()

    # Settings

    @validate("params")
    def _check_params(self, proposal: Any) -> Params:
        return Params(check_all(proposal["value"]), self._set_params)

    def _set_params(self, params: Mapping[str, Any]) -> None:
        self.params = params

    def _tuned(self, params: dict[str, Any]) -> None:
        """Take what was set by hand, of which the control's note has told."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ParameterWarning)
            self.params = params

    @observe("params")
    def _show_params(self, change: Any) -> None:
        self._controls.show(dict(change["new"]))

    def _make_drawer(self) -> Drawer:
        talk, params = (lambda: self.conversation), (lambda: dict(self.params))
        self._tuning = Tuning(talk, self._controls, params, self._set_params)
        self._inspect = Inspect(
            talk, lambda: self._composer.text, params, self._chat.logs
        )
        self._keeping = Keeping(self.save, self._load, exports_of(talk, self.as_code))
        self._picker = Picker(lambda: self.model, self._move)
        opens = {
            "Parameters": self._tuning.open,
            "Inspect": self._inspect.open,
            "Compare": self._chat.compare.open,
            "Deployment": self._picker.open,
            "Save": self._keeping.open,
        }
        return drawer_of(opens, self._chat.careful(self.undo))

    def _move(self, model: Any) -> None:
        self.model = model

    # Keeping

    def as_code(self) -> str:
        """Return Python that makes the last request again, with the same body.

        It holds the chat model with the parameters that are not at their defaults, and
        the messages; no credentials. Before the first turn it is the model alone.
        """
        turns = self.conversation.turns
        return code_of(self.conversation, self.params, turns[-1] if turns else None)

    def save(self, path: str | Path) -> None:
        """Write the conversation, every branch of it, and the settings to a JSON file.

        Neither the model nor its credentials, neither tools nor their code are in it.

        Args:
            path: of the file; one that is there is replaced whole.

        Raises:
            ConfigurationError: it cannot be written; what was there is as it was.
        """
        write_panel(path, self.conversation, self.params)

    @classmethod
    def load(
        cls,
        path: str | Path,
        model: BaseChatModel | Runnable[Any, Any] | None = None,
        **settings: Any,
    ) -> Self:
        """Return a panel that goes on with what `save` wrote.

        Args:
            path: of the file.
            model: what answers from now on; None is the endpoint of `OCI_LLM_ENDPOINT`.
            **settings: as for the class, such as `tools`; in place of what was saved.

        Raises:
            OcinbError: the file cannot be read, or is no saved panel.
        """
        model = model_of_environment() if model is None else model
        kept = read_panel(path, model, **settings)
        panel = cls(conversation=kept.conversation)
        panel._take(kept)
        return panel

    def _load(self, path: str) -> None:
        """Go on with a saved panel, with the model and the tools there are."""
        talk = self.conversation
        settings = {"tools": talk.tools, "safe_tools": talk.safe_tools}
        kept = read_panel(path, talk.model, **settings)
        self._chat.take_up(kept.conversation)
        self._take(kept)

    def _take(self, kept: KeptPanel) -> None:
        self.params = kept.params
        self._composer.show_problem("; ".join(kept.notes))
        self.refresh()

    # In the notebook

    def _ipython_display_(self, **_: Any) -> None:
        ShownIn.display(self, frontend_of(get_ipython()))
        self._stored.display(self.conversation, lambda: bool(self._view_count))

    @observe("_view_count")
    def _views_changed(self, change: Any) -> None:
        """Stop when the last view was taken away: the output was cleared."""
        if change["old"] and not change["new"]:
            self.stop()

    def __repr__(self) -> str:
        turns = len(self.conversation.turns)
        return f"<ChatPanel: {turns} turn{'' if turns == 1 else 's'}; panel.ask('...') asks>"

    def close(self) -> None:
        """Stop what is coming and take the panel away; the conversation stays."""
        if not self.__dict__.get("_drawer"):
            return  # half made
        for part in (
            *(self._chat, self._composer, self._controls, self._drawer),
            *(self._announcer, self._tuning, self._inspect, self._keeping),
            self._picker,
        ):
            part.close()
        super().close()
