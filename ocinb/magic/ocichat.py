"""The magics themselves: what was typed becomes one call."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from IPython.core.magic import (
    Magics,
    cell_magic,
    line_cell_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)
from traitlets import (
    Bool,
    Dict,
    Enum,
    Float,
    Int,
    TraitError,
    Unicode,
    observe,
    validate,
)

from ocinb.errors import OcinbError, ParameterError
from ocinb.magic.commands.asking import ask, noted, read_request
from ocinb.magic.commands.registry import COMMANDS, command_of, run_command
from ocinb.magic.commands.tab import matcher_of
from ocinb.magic.commands.usage import help_of
from ocinb.magic.face import Face, Settings
from ocinb.magic.sweeping.request import read_sweep
from ocinb.magic.sweeping.running import sweep
from ocinb.magic.sweeping.tab import sweep_matcher_of
from ocinb.magic.sweeping.usage import sweep_help
from ocinb.magic.typed.flags import FORMATS
from ocinb.sampling import check_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["OciChatMagics"]

_STARTS: Final = Settings()


@magics_class
class OciChatMagics(Magics):
    """Chat with models from notebook cells: `%%ocichat`, `%ocichat help`."""

    shell: InteractiveShell

    model = Unicode(
        help="Alias or variable of the model that answers; '' is the deployment that "
        "OCI_LLM_ENDPOINT names.",
    ).tag(config=True)
    format = Enum(FORMATS, _STARTS.format, help="How answers are shown.").tag(
        config=True
    )
    system = Unicode(help="Instructions that every request starts with.").tag(
        config=True
    )
    max_history = Int(
        _STARTS.max_history, min=0, help="Earlier turns that a request carries at most."
    ).tag(config=True)
    stream_hz = Float(
        _STARTS.stream_hz,
        min=0.5,
        max=60.0,
        help="Redraws a second of a growing answer at most.",
    ).tag(config=True)
    expand = Bool(
        _STARTS.expand, help="Replace {name} in prompts by the variable's value."
    ).tag(config=True)
    params = Dict(
        help="Sampling parameters of every request, e.g. {'temperature': 0.5}."
    ).tag(config=True)
    view = Enum(
        ("auto", "widget", "text"),
        _STARTS.view,
        help="How a growing answer is drawn: auto is a widget in a notebook and text "
        "in a terminal; text prints it as it comes, where widgets cannot be shown.",
    ).tag(config=True)

    def __init__(self, shell: InteractiveShell) -> None:
        self.face = Face(shell, self._settings)  # first: a configured trait is observed
        self.matchers = (matcher_of(self.face), sweep_matcher_of(self.face))
        self.forget_sweeps: Callable[[], object] = dict  # what unloading calls
        self.displaced: dict[str, dict[str, Any]] = {"line": {}, "cell": {}}
        super().__init__(shell, parent=shell)

    @observe("model")
    def _use_model(self, change: Any) -> None:
        self.face.models.current = change["new"]

    @validate("params")
    def _check_params(self, proposal: Any) -> dict[str, Any]:
        try:
            with noted():
                return check_all(proposal["value"])
        except ParameterError as error:
            raise TraitError(str(error)) from error

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    def ocichat(
        self,
        line: str,
        cell: str | None = None,
        local_ns: Mapping[str, Any] | None = None,
    ) -> Any:
        """Chat with a model."""
        found = None
        with self._one_line_errors():
            if cell is None and command_of(line):
                with noted():
                    found = run_command(self.face, line)
                self.model = self.face.models.current
            else:
                self._ask(line, cell, local_ns)
        return found

    ocichat.__doc__ = help_of(COMMANDS)  # what `%%ocichat?` shows, made from the lists

    @no_var_expand
    @needs_local_scope
    @cell_magic
    def ocisweep(
        self, line: str, cell: str, local_ns: Mapping[str, Any] | None = None
    ) -> None:
        """Ask a model the same with many settings."""
        with self._one_line_errors():
            names = self.face.names(local_ns)
            with noted():
                request = read_sweep(line, cell, names, expanding=self.expand)
                sweep(self.face, request, names)

    ocisweep.__doc__ = sweep_help()  # what `%%ocisweep?` shows

    def close(self) -> None:
        """Stop the local deployment, if one was started."""
        self.face.deployment.stop()

    def _ask(
        self, line: str, cell: str | None, local_ns: Mapping[str, Any] | None
    ) -> None:
        names = self.face.names(local_ns)
        with noted():
            request = read_request(self.face, line, cell, names)
        ask(self.face, request, names)

    def _settings(self) -> Settings:
        return Settings(
            format=self.format,
            system=self.system,
            max_history=self.max_history,
            stream_hz=self.stream_hz,
            params=self.params,
            view=self.view,
            expand=self.expand,
        )

    @contextmanager
    def _one_line_errors(self) -> Iterator[None]:
        """Let IPython show our own errors as one line; the cell still fails."""
        try:
            yield
        except OcinbError as error:
            line = f"{type(error).__name__}: {error}"
            # the hook that IPython asks an exception for its own traceback
            vars(error)["_render_traceback_"] = partial(list, (line,))
            raise
