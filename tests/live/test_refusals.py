"""What a real server refuses, in its own words, through the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ocinb.errors import DeploymentError, NotFound
from tests.contract.test_serve import run, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.live.asking import Ask

PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

WAYS: dict[str, Callable[[Any, Any], Any]] = {
    "invoke": lambda model, prompt: model.invoke(prompt),
    "stream": lambda model, prompt: list(model.stream(prompt)),
}
both_ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


@both_ways
def test_an_unknown_model_is_named(way: Callable[[Any, Any], Any], ask: Ask) -> None:
    with pytest.raises(NotFound, match="nobody") as caught:
        way(ask.model(model="nobody"), "hello")

    assert caught.value.status == 404
    assert caught.value.request_id


@both_ways
def test_a_prompt_that_is_too_long_is_refused_with_the_limit(
    way: Callable[[Any, Any], Any], ask: Ask
) -> None:
    with pytest.raises(DeploymentError, match="maximum context length") as caught:
        way(ask.model(), "word " * 3000)

    assert caught.value.status == 400


@both_ways
def test_an_image_is_refused_in_words(way: Callable[[Any, Any], Any], ask: Ask) -> None:
    image = {"type": "image_url", "image_url": {"url": PIXEL}}

    with pytest.raises(DeploymentError, match="not a multimodal model") as caught:
        way(ask.model(), [("user", [{"type": "text", "text": "What?"}, image])])

    assert caught.value.status == 400


def test_prompt_log_probabilities_are_not_streamed(ask: Ask) -> None:
    with pytest.raises(DeploymentError, match="not available when `stream=True`"):
        list(ask.model(prompt_logprobs=1).stream("hello"))


def test_an_error_of_several_lines_is_one_line_here(ask: Ask) -> None:
    with pytest.raises(DeploymentError) as caught:
        ask(stop=list("abcde"))

    assert "\n" in caught.value.server_message
    assert str(caught.value).isprintable()


def test_the_lines_that_serve_prints_connect_to_the_real_server(upstream: str) -> None:
    with serving("--upstream", upstream) as served:
        ask = "\nprint(model.invoke('Name the planets.').text)"
        done = run("-c", served.code + ask)

    assert done.returncode == 0, done.stderr
    assert "planets" in done.stdout
