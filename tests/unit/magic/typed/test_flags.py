"""One flag per sampling parameter, and what is typed after it."""

from __future__ import annotations

from ocinb.magic.typed.flags import FLAGS, unknown_flag
from ocinb.sampling import PARAMETERS


def test_there_is_a_flag_for_each_sampling_parameter_and_for_nothing_else():
    assert {f.target for f in FLAGS.values() if f.sampling} == set(PARAMETERS)
    for parameter in PARAMETERS.values():
        assert FLAGS["--" + parameter.name.replace("_", "-")].target == parameter.name


def test_each_yes_or_no_parameter_has_a_flag_for_no():
    booleans = {p.name for p in PARAMETERS.values() if p.kind == "bool"}
    off = {f.target for f in FLAGS.values() if f.sampling and f.constant is False}
    assert off == booleans


def test_short_flags_are_the_long_ones():
    assert FLAGS["-m"] is FLAGS["--model"]
    assert FLAGS["-f"] is FLAGS["--format"]
    assert FLAGS["-v"] is FLAGS["--verbose"]
    assert FLAGS["-t"] is FLAGS["--temperature"]
    assert FLAGS["-c"] is FLAGS["--conversation"]
    assert FLAGS["-o"] is FLAGS["--out"]


def test_an_unknown_flag_is_told_the_nearest_one():
    error = unknown_flag("--temprature")
    assert "unknown flag --temprature; did you mean --temperature?" in str(error)
    assert "did you mean" not in str(unknown_flag("--qqqqqq"))
