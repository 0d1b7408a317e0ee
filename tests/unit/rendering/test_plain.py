"""Which characters of an untrusted text may reach a page or a terminal."""

from __future__ import annotations

import pytest

from ocinb.rendering import escape, plain_text
from ocinb.rendering.plain import clip, held_back


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[1;1Htop", "top"),
        ("\x9b31mred", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPdevice\x1b\\text", "text"),
        ("\x1b(Bcharset", "charset"),
        ("\x1bcreset", "reset"),
    ],
)
def test_escape_sequences_are_taken_out_whole(text: str, shown: str):
    assert plain_text(text) == shown


def test_an_escape_sequence_without_its_end_hides_nothing():
    assert plain_text("a\x1b]0;never closed\nnext line") == "a0;never closed\nnext line"


def test_of_the_control_characters_only_tab_and_newline_stay():
    every = "".join(map(chr, [*range(32), *range(127, 160)]))
    assert plain_text(f"a{every}b".replace("\x1b", "")) == "a\t\n\nb"


@pytest.mark.parametrize("code", [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F)])
def test_characters_that_turn_the_direction_of_writing_are_taken_out(code: int):
    assert plain_text(f"user{chr(code)}txt.exe") == "usertxt.exe"


@pytest.mark.parametrize("code", range(0x2066, 0x206A))
def test_isolates_of_direction_are_taken_out(code: int):
    assert plain_text(f"a{chr(code)}b") == "ab"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_becomes_a_newline(end: str):
    assert plain_text(f"one{end}two") == "one\ntwo"


def test_other_writing_is_left_alone():
    text = "Ünïcode, 数据, עברית, \u200dzero width, 👩‍💻, \u2028 and \ufeff"
    assert plain_text(text) == text


def test_a_lone_surrogate_becomes_a_replacement_character():
    assert plain_text("a\ud800b\udfff") == "a\ufffdb\ufffd"


def test_two_halves_of_a_pair_become_their_character():
    assert plain_text("\ud83d" + "\ude00") == "😀"


def test_what_is_inert_stays_as_it_is():
    once = plain_text("\x1b\x1b[0m[31m\r\r\n\ud800\u202e")
    assert plain_text(once) == once


def test_escaped_text_is_safe_as_content_and_as_an_attribute():
    assert escape("<a href=\"x\" id='y'>&") == (
        "&lt;a href=&quot;x&quot; id=&#x27;y&#x27;&gt;&amp;"
    )


def test_escaped_text_is_plain_too():
    assert escape("\x1b[31m<b>\x00\u202e") == "&lt;b&gt;"


def test_a_short_text_is_not_clipped():
    assert clip("é" * 50, 100) == ("é" * 50, False)
    assert clip("é" * 10, 100) == ("é" * 10, False)


def test_a_long_text_is_clipped_by_its_bytes_between_characters():
    assert clip("a" + "é" * 60, 100) == ("a" + "é" * 49, True)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("text", 0),
        ("text\n", 0),
        ("text\r", 1),
        ("text\ud83d", 1),
        ("text\x1b", 1),
        ("text\x1b[3", 3),
        ("text\x1b[31m\nmore", 0),
        ("text\x1b" + "a" * 100, 0),
        ("", 0),
    ],
)
def test_the_beginning_of_a_sequence_is_held_back(text: str, count: int):
    assert held_back(text) == count
