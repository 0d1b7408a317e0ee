"""Every sampling parameter has a row, and what is done in it is what is set."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.sampling import PARAMETERS
from ocinb.saved.file import SavedFile
from ocinb.saved.values import Preset
from ocinb.widgets.controls import Controls, Presets
from ocinb.widgets.controls.span import span_of
from tests.unit.widgets.panel.conftest import Hand

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Tuned:
    """Controls, and everything they told."""

    def __init__(self, **own: Any) -> None:
        self.told: list[dict[str, Any]] = []
        self.controls = Controls(own, self.told.append)
        self.controls.more  # noqa: B018 - makes the other rows

    def parts(self, name: str) -> Any:
        return self.controls.rows[name]

    def type(self, name: str, text: str) -> None:
        self.parts(name)._box.value = text

    def slide(self, name: str, place: float) -> None:
        self.parts(name)._slider.value = place

    def note(self, name: str) -> str:
        return str(self.parts(name)._note.value)

    def hint(self, name: str) -> str:
        return str(self.parts(name)._box.placeholder)


@pytest.fixture
def tuned() -> Iterator[Tuned]:
    made = Tuned()
    yield made
    made.controls.close()


@pytest.fixture
def own() -> Iterator[Tuned]:
    """Controls of a model that sends some parameters by itself."""
    made = Tuned(temperature=0.2, max_tokens=256, logprobs=True)
    yield made
    made.controls.close()


def test_there_is_a_row_for_every_parameter(tuned: Tuned):
    assert set(tuned.controls.rows) == set(PARAMETERS)


def test_rows_are_made_when_they_are_first_shown():
    controls = Controls({}, print)
    assert list(controls.rows) == ["temperature", "top_p", "max_tokens", "seed"]
    controls.close()


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_slider_fits_its_parameter(name: str):
    span = span_of(PARAMETERS[name])
    if span is None:
        return
    assert span.low < span.high
    assert 0 < span.step <= span.high - span.low
    for place in (span.low, span.high):
        value = span.value(place)
        assert value is not None
        assert PARAMETERS[name].low is None or value >= PARAMETERS[name].low
        assert PARAMETERS[name].high is None or value <= PARAMETERS[name].high


class TestByHand:
    def test_a_value_typed_is_set_and_the_slider_follows(self, tuned: Tuned):
        tuned.type("temperature", "0.7")
        assert tuned.told == [{"temperature": 0.7}]
        assert tuned.parts("temperature")._slider.value == 0.7

    def test_a_slider_moved_is_set_and_the_box_follows(self, tuned: Tuned):
        tuned.slide("top_p", 0.35)
        assert tuned.told == [{"top_p": 0.35}]
        assert tuned.parts("top_p")._box.value == "0.35"

    def test_steps_do_not_add_up_to_noise(self, tuned: Tuned):
        tuned.slide("temperature", 0.1 + 0.05 + 0.15000000000000002)
        assert tuned.told == [{"temperature": 0.3}]

    def test_a_box_that_is_cleared_is_left_to_a_model_that_sends_nothing(
        self, tuned: Tuned
    ):
        tuned.type("top_p", "0.5")
        tuned.type("top_p", "")
        assert tuned.told[-1] == {}
        assert tuned.hint("top_p") == "server: 1.0"

    def test_what_cannot_be_read_leaves_the_model_its_own_value_and_says_so(
        self, own: Tuned
    ):
        own.type("max_tokens", "many")
        assert own.told[-1] == {}
        assert own.hint("max_tokens") == "model: 256"
        assert "no number; it stays 256" in own.note("max_tokens")

    def test_a_box_that_is_cleared_is_not_sent_where_the_model_sends_its_own(
        self, own: Tuned
    ):
        assert own.hint("temperature") == "model: 0.2"
        own.type("temperature", "1")
        own.type("temperature", "")
        assert own.told[-1] == {"temperature": None}
        assert own.hint("temperature") == "not sent (server: 1.0)"

    def test_reset_leaves_one_to_the_model(self, own: Tuned):
        own.type("temperature", "1")
        own.type("top_k", "5")
        own.parts("temperature")._reset.click()
        assert own.told[-1] == {"top_k": 5}
        assert own.parts("temperature")._reset.disabled

    def test_reset_all_leaves_everything_to_the_model(self, own: Tuned):
        own.type("temperature", "1")
        Hand(own.controls.more).press("Reset all")
        assert own.told[-1] == {}
        assert own.parts("temperature")._box.value == ""

    def test_a_value_outside_is_clamped_with_a_note_that_goes_with_the_next(
        self, tuned: Tuned
    ):
        tuned.type("top_p", "3")
        assert tuned.told == [{"top_p": 1}]
        assert "3 became 1" in tuned.note("top_p")
        assert tuned.parts("top_p")._box.value == "1.0"
        tuned.type("top_p", "0.5")
        assert tuned.note("top_p") == ""

    def test_a_value_beyond_the_slider_stands_exactly_in_the_box(self, tuned: Tuned):
        tuned.type("max_tokens", "20000")
        assert tuned.told == [{"max_tokens": 20_000}]
        assert tuned.parts("max_tokens")._slider.value == 8192
        assert tuned.parts("max_tokens")._box.value == "20000"

    def test_no_number_from_a_slider_changes_nothing(self, tuned: Tuned):
        tuned.type("top_p", "0.5")
        tuned.slide("top_p", math.nan)
        assert tuned.told[-1] == {"top_p": 0.5}
        assert "no number" in tuned.note("top_p")
        assert tuned.parts("top_p")._slider.value == 0.5

    def test_a_switch_has_three_states_and_a_fourth_where_the_model_has_its_own(
        self, own: Tuned
    ):
        box = own.parts("ignore_eos")._box
        assert [label for label, _ in box.options] == [
            "server default (off)",
            "on",
            "off",
        ]
        box.value = "on"
        assert own.told == [{"ignore_eos": True}]
        mine = own.parts("logprobs")._box
        assert [label for label, _ in mine.options] == [
            "model: on",
            "not sent (server default (off))",
            "on",
            "off",
        ]
        mine.value = "none"
        assert own.told[-1] == {"ignore_eos": True, "logprobs": None}

    def test_words_are_chosen(self, tuned: Tuned):
        tuned.parts("reasoning_effort")._box.value = "high"
        assert tuned.told == [{"reasoning_effort": "high"}]

    def test_several_answers_are_refused_with_a_note(self, tuned: Tuned):
        tuned.type("n", "2")
        assert "n" not in tuned.told[-1]
        assert "one answer is shown here" in tuned.note("n")

    def test_parameters_are_found_by_what_they_do(self, tuned: Tuned):
        hand = Hand(tuned.controls.more)
        hand.box("Find a parameter").value = "repetition"
        names = hand.text.replace("<wbr>", "")
        assert "repetition_penalty" in names
        assert "chat_template" not in names


class TestByCode:
    def test_what_code_sets_is_shown_and_told_to_nobody(self, own: Tuned):
        own.controls.show({"temperature": 0.9, "stop": ["END"], "logprobs": False})
        assert own.parts("temperature")._box.value == "0.9"
        assert own.parts("temperature")._slider.value == 0.9
        assert own.parts("stop")._box.value == "END"
        assert own.parts("logprobs")._box.value == "off"
        own.controls.show({"temperature": None})
        assert own.parts("temperature")._box.value == ""
        assert own.hint("temperature").startswith("not sent")
        assert own.told == []

    def test_another_model_has_other_settings_of_its_own(self, own: Tuned):
        own.controls.use_own({"temperature": 0.5})
        assert own.hint("temperature") == "model: 0.5"
        assert own.hint("max_tokens") == "server default"
        assert own.told == []


class TestPresets:
    @pytest.fixture
    def file(self, tmp_path: Path) -> SavedFile:
        return SavedFile(tmp_path)

    def test_what_is_set_is_kept_and_taken_up_again(self, file: SavedFile):
        applied: list[Any] = []
        presets = Presets(lambda: {"seed": 7}, applied.append, file)
        hand = Hand(presets.widget)
        hand.box("Name").value = "careful"
        hand.press("Save")
        assert file.read().presets["careful"].params == {"seed": 7}
        hand.press("Load")
        assert applied == [{"seed": 7}]
        hand.press("Delete")
        hand.press("Really delete?")
        assert not file.read().presets

    def test_what_a_magic_keeps_beside_parameters_stays(self, file: SavedFile):
        before = Preset({"seed": 1}, settings={"system": "Be brief."})
        file.change(lambda saved: saved.with_preset("careful", before))
        presets = Presets(lambda: {"seed": 2}, print, file)
        Hand(presets.widget).box("Name").value = "careful"
        Hand(presets.widget).press("Save")
        kept = file.read().presets["careful"]
        assert (kept.params, kept.settings) == ({"seed": 2}, {"system": "Be brief."})

    def test_a_bad_name_and_a_broken_file_are_one_line(self, file: SavedFile):
        presets = Presets(dict, print, file)
        hand = Hand(presets.widget)
        hand.box("Name").value = "a b"
        hand.press("Save")
        assert "is not a valid name of a preset" in hand.text
        file.path.write_text("{")
        hand.box("Name").value = "ab"
        hand.press("Save")
        assert "cannot be read" in hand.text
        assert file.path.read_text() == "{"
        hand.press("Load")
        assert "there is no preset to take" in hand.text
