"""The help text is made from the flags."""

from __future__ import annotations

from ocinb.magic.commands.registry import COMMANDS
from ocinb.magic.commands.usage import help_of
from ocinb.magic.ocichat import OciChatMagics
from ocinb.magic.typed.flags import FLAGS
from ocinb.sampling import PARAMETERS

HELP = help_of(COMMANDS)


def test_every_flag_is_listed_with_what_it_takes():
    lines = HELP.splitlines()
    for flag in {id(flag): flag for flag in FLAGS.values()}.values():
        assert any(
            line.endswith(f"{flag.name} {flag.value}".rstrip()) for line in lines
        )


def test_every_parameter_is_explained_with_its_range():
    for parameter in PARAMETERS.values():
        assert parameter.help in HELP
        if parameter.kind != "bool":
            assert f"Allowed: {parameter.range}." in HELP


def test_short_flags_stand_before_the_long_ones():
    assert "-m, --model NAME" in HELP


def test_a_question_mark_behind_the_magic_shows_the_help():
    assert OciChatMagics.ocichat.__doc__ == HELP
