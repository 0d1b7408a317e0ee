"""The section that finds the model deployments of a compartment, and takes one."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from ipywidgets import HTML, Dropdown, HBox, Text, VBox

from ocinb.background import Loop
from ocinb.chat_models import ChatOCIModelDeployment
from ocinb.chat_models.faces import moved_to
from ocinb.errors import OcinbError, one_line
from ocinb.widgets.buttons import button
from ocinb.widgets.lean import lean
from ocinb.widgets.line import line_html
from ocinb.wire.choosing import check_usable, counted, described
from ocinb.wire.deployments import DataScience
from ocinb.wire.listing import Deployment
from ocinb.wire.method import NAMED
from ocinb.wire.region import compartment_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from ipywidgets import Widget

__all__ = ["Picker"]

FIND: Final = "Find deployments"
STOP: Final = "Stop"

_HOW: Final = "write its OCID as Compartment"
_AS_NOW: Final = ("as now", "")
_NONE: Final = ("choose one", None)

Choice: TypeAlias = tuple[Deployment, str]
"""A deployment, and the name of one of its models."""


class Picker:
    """Made when it is first opened; nothing is asked before.

    The list is asked for on the background loop, so that neither a cell nor a callback
    waits for it.

    Args:
        model: what answers now.
        use: takes the chat model of the deployment that was picked.
    """

    def __init__(self, model: Callable[[], Any], use: Callable[[Any], object]) -> None:
        self._model = model
        self._use = use
        self._box = lean(VBox, children=(), _dom_classes=("ocinb-picker",))
        self._made: list[Widget] = [self._box]
        self._asking: Future[tuple[Deployment, ...]] | None = None
        self._question = 0
        self._listed_by = ""

    def open(self) -> Widget:
        """Return what is displayed."""
        if not self._box.children:
            self._make()
            self._find()
        return self._box

    def refresh(self) -> None:
        """Show which of the deployments is in use now."""
        if self._box.children:
            self._choice.value = self._in_use()

    def close(self) -> None:
        """Stop asking, and take every widget away, in the front end too."""
        self._stop()
        for widget in self._made:
            widget.close()

    def _make(self) -> None:
        self._compartment = lean(
            Text,
            value="",
            description="Compartment",
            placeholder="its OCID; empty is that of the notebook session",
            continuous_update=False,
            _dom_classes=("ocinb-wide",),
        )
        self._auth = lean(
            Dropdown,
            options=[_AS_NOW, *((way.words, name) for name, way in NAMED.items())],
            value="",
            description="Signed by",
        )
        self._button = button(
            FIND, self._pressed, "List the ACTIVE model deployments", "ocinb-primary"
        )
        self._choice = lean(
            Dropdown, options=[_NONE], value=None, description="Deployment"
        )
        self._told = lean(HTML, value="")
        self._choice.observe(self._picked, "value")
        asked, taken = (self._compartment, self._auth, self._button), (self._choice,)
        rows = [
            lean(HBox, children=row, _dom_classes=("ocinb-row",))
            for row in (asked, taken)
        ]
        self._box.children = (*rows, self._told)
        self._made += [*asked, *taken, *rows, self._told]

    # Finding

    def _pressed(self) -> None:
        if self._asking is None:
            self._find()
        else:
            self._stop()
            self._say("stopped by you")

    def _find(self) -> None:
        """Begin to ask, and return at once."""
        self._listed_by = self._auth.value
        self._question += 1
        number = self._question
        try:
            given = self._compartment.value.strip()
            where = str(compartment_of(given, os.environ, _HOW))
            listing = DataScience(self._listed_by or _auth_of(self._model()))
        except OcinbError as error:
            self._say(str(error), "problem")
            return
        self._button.description = STOP
        say = partial(self._say_of, number)
        self._asking = Loop.shared().run(listing.aactive(where, say))
        self._asking.add_done_callback(partial(self._came, number, where))

    def _stop(self) -> None:
        self._question += 1  # what still comes is the answer to an old one
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
            self._button.description = FIND

    def _came(
        self, number: int, where: str, asked: Future[tuple[Deployment, ...]]
    ) -> None:
        """Show the list, or why there is none; called on the background loop."""
        if number != self._question:
            return
        self._asking, self._button.description = None, FIND
        error = None if asked.cancelled() else asked.exception()
        if error is not None or asked.cancelled():
            known = isinstance(error, OcinbError)
            self._say(str(error) if known else one_line(repr(error), 200), "problem")
            return
        found = asked.result()
        self._say(counted(len(found), where))
        self._choice.options = [_NONE, *_options(found)]
        self.refresh()

    # Taking

    def _in_use(self) -> Choice | None:
        model = self._model()
        place, name = getattr(model, "endpoint", ""), getattr(model, "model", "")
        for _, choice in self._choice.options:
            if choice and place and (choice[0].endpoint, choice[1]) == (place, name):
                found: Choice = choice
                return found
        return None

    def _picked(self, change: Any) -> None:
        choice: Choice | None = change["new"]
        if choice is None or choice == self._in_use():
            return
        deployment, name = choice
        try:
            check_usable(deployment)
            auth = self._listed_by or None
            self._use(moved_to(self._model(), deployment.endpoint, name, auth))
        except OcinbError as error:
            self._say(str(error), "problem")
            self.refresh()
        else:
            where = f"{one_line(deployment.name, 60)}, model {one_line(name, 60)}"
            self._say(f"the next prompt goes to {where}")

    # Telling

    def _say_of(self, number: int, text: str) -> None:
        if number == self._question:
            self._say(text)

    def _say(self, text: str, kind: Literal["problem", "footer"] = "footer") -> None:
        self._told.value = line_html(text, kind, "status")


def _auth_of(model: Any) -> Any:
    return model.auth if isinstance(model, ChatOCIModelDeployment) else None


def _options(found: Sequence[Deployment]) -> list[tuple[str, Choice]]:
    """Return a choice for each model that a deployment serves, by name."""
    ordered = sorted(found, key=lambda d: (d.name.casefold(), d.created))
    return [
        (f"{described(deployment)} · {one_line(name, 60)}", (deployment, name))
        for deployment in ordered
        for name in deployment.models
    ]
