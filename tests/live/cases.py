"""What each parameter does on vLLM and on the local deployment: the measured table.

A case sets one parameter with what must stand beside it, says by what its effect is
seen, and what came of it on either server. `docs/servers.md` holds the same table.
"""

from __future__ import annotations

import json
from typing import Final

from tests.live import effects as seen
from tests.live.case import IGNORED, NO_LLAMA, Case, refused

HOT: Final = {"temperature": 2.0, "seed": 1}
BEAMS: Final = {"use_beam_search": True, "n": 4}
COMMA: Final = 28
"""The token of a comma, of which the greedy answer has several."""

SCHEMA: Final = {
    "type": "object",
    "properties": {"rings": {"type": "boolean"}},
    "required": ["rings"],
    "additionalProperties": False,
}
NAMED: Final = {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA}}


SAMPLING: Final = (
    Case({"temperature": 0.0}, "the greedy answer, each time", seen.repeats),
    Case({"temperature": 2.0, "seed": 1}, "another answer", seen.is_another),
    Case(
        {"temperature": 2.5},
        "another answer",
        seen.is_another,
        refused("temperature must be in [0, 2], got 2.5"),
        refused("temperature must be in [0, 2], got 2.5"),
    ),
    Case({"top_p": 1e-4, **HOT}, "the greedy answer", seen.is_greedy),
    Case({"top_p": 1.0, **HOT}, "the same as without", seen.is_as_without("top_p")),
    Case({"top_k": 1, **HOT}, "the greedy answer", seen.is_greedy),
    Case({"top_k": -1, **HOT}, "the same as without", seen.is_as_without("top_k")),
    Case({"top_k": 0, **HOT}, "the same as without", seen.is_as_without("top_k")),
    Case({"min_p": 1.0, **HOT}, "the greedy answer", seen.is_greedy),
    Case({"min_p": 0.0, **HOT}, "the same as without", seen.is_as_without("min_p")),
    Case({"seed": 7, "temperature": 2.0}, "the same answer twice", seen.repeats),
    Case(
        {"seed": 1, "temperature": 2.0},
        "another answer than with seed 2",
        seen.changes("seed", 2),
    ),
    Case(
        {"seed": -1, "temperature": 2.0}, "a new answer each time", seen.never_repeats
    ),
    Case(
        {"seed": 2**63 - 1, "temperature": 2.0}, "the same answer twice", seen.repeats
    ),
    Case({"seed": -(2**63), "temperature": 2.0}, "the same answer twice", seen.repeats),
)

LENGTH: Final = (
    Case({"max_tokens": 1}, "1 token", seen.has_made(1)),
    Case(
        {"max_tokens": 10**6},
        "-",
        seen.is_greedy,
        refused("max_tokens=1000000 cannot be greater than max_model_len=2048"),
        refused("max_tokens=1000000 cannot be greater than max_model_len=4096"),
    ),
    Case(
        {"min_tokens": 24},
        "24 tokens instead of 18",
        seen.has_made(24),
        local=NO_LLAMA,
    ),
    Case({"stop": ["Saturn"]}, "ends before the word", seen.ends_before("Saturn")),
    Case(
        {"stop": ["Saturn", "x", "y", "z", "q"]},
        "ends before the word",
        seen.ends_before("Saturn"),
        refused("List should have at most 4 items"),
    ),
    Case(
        {"stop_token_ids": [COMMA]},
        "ends before the first comma",
        seen.ends_before(","),
        local=NO_LLAMA,
    ),
    Case({"ignore_eos": True}, "24 tokens instead of 18", seen.has_made(24)),
)

PENALTIES: Final = (
    Case({"frequency_penalty": 2.0}, "another answer", seen.is_another),
    Case({"frequency_penalty": -2.0}, "another answer", seen.is_another),
    Case(
        {"frequency_penalty": 2.5},
        "another answer",
        seen.is_another,
        refused("frequency_penalty must be in [-2, 2], got 2.5"),
        refused("frequency_penalty must be in [-2, 2], got 2.5"),
    ),
    Case(
        {"presence_penalty": 2.0, "temperature": 1.0, "seed": 1},
        "another answer than without",
        seen.changes("presence_penalty", None),
    ),
    Case(
        {"presence_penalty": -2.0, "temperature": 1.0, "seed": 1},
        "another answer than without",
        seen.changes("presence_penalty", None),
    ),
    Case(
        {"presence_penalty": -2.5},
        "another answer",
        seen.is_another,
        refused("presence_penalty must be in [-2, 2], got -2.5"),
        refused("presence_penalty must be in [-2, 2], got -2.5"),
    ),
    Case({"repetition_penalty": 5.0}, "another answer", seen.is_another),
    Case({"repetition_penalty": 0.1}, "another answer", seen.is_another),
    Case({"logit_bias": {COMMA: 100}}, "commas only", seen.says("," * 24)),
    Case({"logit_bias": {COMMA: -100}}, "another answer", seen.is_another),
    Case(
        {"logit_bias": {999_999: 1}},
        "-",
        seen.is_another,
        refused("token_id(s) [999999] in logit_bias contain out-of-vocab token ids"),
        refused("token_id(s) [999999] in logit_bias contain out-of-vocab token ids"),
    ),
    Case(
        {"bad_words": ["Mars"]}, "without it", seen.leaves_out("Mars"), local=NO_LLAMA
    ),
    Case(
        {"bad_words": ["Saturn"]},
        "without it",
        seen.leaves_out("Saturn"),
        IGNORED,
        NO_LLAMA,
    ),
    Case(
        {"allowed_token_ids": [COMMA]},
        "commas only",
        seen.says("," * 24),
        local=NO_LLAMA,
    ),
)

SEARCH: Final = (
    Case({"n": 2, **HOT}, "2 answers", seen.has_answers(2)),
    Case({"n": 16, **HOT, "max_tokens": 4}, "16 answers", seen.has_answers(16)),
    Case(
        {"best_of": 4, **HOT},
        "another answer",
        seen.changes("best_of", None),
        IGNORED,
        IGNORED,
    ),
    Case(
        {"use_beam_search": True, "n": 2},
        "2 answers at temperature 0",
        seen.has_answers(2),
        local=NO_LLAMA,
    ),
    Case(
        {"length_penalty": -2.0, **BEAMS},
        "other answers than with 4.0",
        seen.changes("length_penalty", 4.0),
        local=NO_LLAMA,
    ),
    Case(
        {"early_stopping": True, **BEAMS},
        "other answers than with never",
        seen.changes("early_stopping", "never"),
        IGNORED,
        NO_LLAMA,
    ),
)

OUTPUT: Final = (
    Case(
        {"skip_special_tokens": False, "ignore_eos": True},
        "the end-of-turn mark in the text",
        seen.in_the_answer(lambda message: "<|im_end|>" in message.text),
        local=NO_LLAMA,
    ),
    Case(
        {"spaces_between_special_tokens": False, "ignore_eos": True},
        "another text than with True",
        seen.changes("spaces_between_special_tokens", to=True),
        IGNORED,
        IGNORED,
    ),
    Case({"logprobs": True}, "one for each token", seen.shows_alternatives(0)),
    Case(
        {"top_logprobs": 20, "logprobs": True}, "20 each", seen.shows_alternatives(20)
    ),
    Case(
        {"top_logprobs": 21, "logprobs": True},
        "-",
        seen.shows_alternatives(21),
        refused(
            "Requested sample logprobs of 21, which is greater than max allowed: 20"
        ),
        refused(
            "Requested sample logprobs of 21, which is greater than max allowed: 20"
        ),
    ),
    Case(
        {"prompt_logprobs": 0},
        "one for each token",
        seen.has_metadata("prompt_logprobs"),
        local=NO_LLAMA,
    ),
    Case(
        {"prompt_logprobs": -1},
        "one for each token",
        seen.has_metadata("prompt_logprobs"),
        refused(
            "Requested prompt logprobs of 49152, which is greater than max allowed"
        ),
        NO_LLAMA,
    ),
    Case(
        {"response_format": {"type": "json_object"}},
        "the beginning of an object",
        seen.in_the_answer(lambda message: message.text.startswith("{")),
    ),
    Case(
        {"response_format": NAMED},
        "an object of the schema",
        seen.in_the_answer(lambda m: set(json.loads(m.text)) == {"rings"}),
    ),
    Case(
        {"structured_outputs": {"choice": ["Oslo", "Rome"]}},
        "one of the words",
        seen.in_the_answer(lambda message: message.text in {"Oslo", "Rome"}),
    ),
    Case(
        {"structured_outputs": {"regex": "[0-9]{3}x"}},
        "three digits and an x",
        seen.in_the_answer(lambda m: m.text[:3].isdigit() and m.text[3:] == "x"),
    ),
    Case(
        {"structured_outputs": {"grammar": 'root ::= "yes" | "no"'}},
        "yes or no",
        seen.in_the_answer(lambda message: message.text in {"yes", "no"}),
    ),
    Case(
        {"structured_outputs": {"json": SCHEMA}},
        "an object of the schema",
        seen.in_the_answer(lambda m: set(json.loads(m.text)) == {"rings"}),
    ),
    Case(
        {"structured_outputs": {"banana": 1}},
        "-",
        seen.is_greedy,
        refused("You must use one kind of structured outputs constraint"),
    ),
    Case(
        {"reasoning_effort": "high"},
        "another answer",
        seen.is_another,
        IGNORED,
        IGNORED,
    ),
    Case(
        {"include_reasoning": False},
        "another answer",
        seen.is_another,
        IGNORED,
        IGNORED,
    ),
    Case({"stream_options": {}}, "usage in a stream", seen.streams_usage),
    Case(
        {"stream_options": {"include_usage": False}},
        "no usage in a stream",
        seen.streams_no_usage,
    ),
    Case(
        {"return_token_ids": True},
        "the ids of the answer",
        seen.has_metadata("token_ids"),
        local=NO_LLAMA,
    ),
    Case(
        {"return_prompt_text": True},
        "the prompt as it was made",
        seen.has_metadata("prompt_text"),
        local=NO_LLAMA,
    ),
)

PROMPTS: Final = (
    Case(
        {"chat_template": "{{ messages[0].content }}"},
        "-",
        seen.reads_less,
        refused("--trust-request-chat-template is not set"),
        refused("--trust-request-chat-template is not set"),
    ),
    Case(
        {"chat_template_kwargs": {"enable_thinking": False}},
        "another answer",
        seen.is_another,
        IGNORED,
        IGNORED,
    ),
    Case({"add_generation_prompt": False}, "a shorter prompt", seen.reads_less),
    Case(
        {"continue_final_message": True, "add_generation_prompt": False},
        "a shorter prompt",
        seen.reads_less,
    ),
    Case(
        {"continue_final_message": True},
        "a shorter prompt",
        seen.reads_less,
        refused("continue_final_message and add_generation_prompt are not compatible"),
        refused("Cannot set both"),
    ),
    Case(
        {"truncate_prompt_tokens": 5}, "a prompt of 5", seen.has_read(5), local=NO_LLAMA
    ),
    Case(
        {"truncate_prompt_tokens": 10**6},
        "-",
        seen.is_greedy,
        refused("truncate_prompt_tokens=1000000 cannot be greater than max_model_len"),
        NO_LLAMA,
    ),
    Case({"priority": -5}, "another answer", seen.is_another, IGNORED, IGNORED),
)

CASES: Final = (*SAMPLING, *LENGTH, *PENALTIES, *SEARCH, *OUTPUT, *PROMPTS)

ELSEWHERE: Final = frozenset({"tool_choice", "parallel_tool_calls"})
"""Parameters that need tools: `test_tools.py`."""

TABLE_HEAD: Final = (
    "| parameter | set to | what is looked for | vLLM 0.32.0 | local deployment |",
    "|---|---|---|---|---|",
)


def table() -> str:
    """Return the table of the documentation."""
    return "\n".join((*TABLE_HEAD, *(case.row for case in CASES)))
