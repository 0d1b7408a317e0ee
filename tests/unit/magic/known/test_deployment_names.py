"""Which deployment a name means, and under which alias it is asked."""

from __future__ import annotations

import pytest

from ocinb.magic.known.deployment_names import alias_of, ambiguous, named, unknown
from ocinb.wire.listing import Deployment

OCID = "ocid1.datasciencemodeldeployment.oc1.iad."


def deployment(name: str, unique: str = "") -> Deployment:
    ocid = OCID + (unique or name.lower().replace(" ", ""))
    url = f"https://host.example/{ocid}/predict"
    return Deployment(name, ocid, url, "odsc-llm", "ACTIVE", "2025-03-01T10:20:30Z")


LLAMA = deployment("Llama 3 chat", "aaaa1111")
QWEN = deployment("qwen/Qwen2.5-7B", "bbbb2222")
ALL = (LLAMA, QWEN)


@pytest.mark.parametrize(
    "name",
    [
        "Llama 3 chat",
        "llama  3 CHAT",
        "Llama-3-chat",
        "1111",
        "…aa1111",
        "aaaa1111",
    ],
)
def test_a_name_an_alias_or_the_end_of_an_ocid_means_one(name: str):
    assert named(ALL, name) == [LLAMA]


@pytest.mark.parametrize("name", ["Llama", "111", "", "…", "Llama 3 chat 2"])
def test_a_part_of_a_name_means_none(name: str):
    assert named(ALL, name) == []


def test_a_name_goes_before_the_end_of_an_ocid():
    called = deployment("1111", "cccc3333")

    assert named((*ALL, called), "1111") == [called]


def test_a_name_of_two_is_told_with_what_tells_them_apart():
    twins = [deployment("llama", "xx111111"), deployment("llama", "xx222222")]
    assert named(twins, "llama") == twins

    assert str(ambiguous("llama", twins)) == (
        "2 model deployments are called 'llama': llama (…111111, 2025-03-01); "
        "llama (…222222, 2025-03-01) - use the end of the OCID: %ocichat use 111111"
    )


def test_an_unknown_name_is_told_with_the_nearest_and_all_others():
    assert str(unknown("llama 3 chap", ALL)) == (
        "no ACTIVE model deployment is called 'llama 3 chap'; did you mean Llama 3 chat?"
        " - there are: Llama 3 chat, qwen/Qwen2.5-7B; a prompt that begins with use: "
        "%ocichat -- use ..."
    )


def test_of_many_names_ten_are_told():
    line = str(unknown("zzz", [deployment(f"m{n:02}") for n in range(30)]))

    assert "m09 and 20 more" in line
    assert "m10" not in line


def test_without_any_the_line_says_so():
    assert str(unknown("x", ())) == (
        "no ACTIVE model deployment is called 'x' - there is none in this compartment"
    )


def test_names_of_others_are_inert():
    line = str(unknown("\x1b[31m", [deployment("a\nb\u202e")]))

    assert line.isprintable()


class TestAlias:
    @pytest.mark.parametrize(
        ("name", "alias"),
        [
            ("llama", "llama"),
            ("Llama 3 chat", "Llama-3-chat"),
            ("qwen/Qwen2.5-7B", "qwen-Qwen2.5-7B"),
            ("3rd", "deployment-3rd"),
            ("🦙", "deployment"),
            ("-x-", "x"),
        ],
    )
    def test_it_is_the_name_in_characters_that_can_be_typed(
        self, name: str, alias: str
    ):
        assert alias_of(deployment(name, "u"), {}) == alias

    def test_what_stands_for_the_same_is_taken_over(self):
        assert alias_of(LLAMA, {"Llama-3-chat": LLAMA.endpoint}) == "Llama-3-chat"

    def test_what_stands_for_something_else_is_left_alone(self):
        taken = {"Llama-3-chat": "my_llm"}

        assert alias_of(LLAMA, taken) == "Llama-3-chat-aa1111"
