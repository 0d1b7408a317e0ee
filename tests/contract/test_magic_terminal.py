"""The magic in IPython at a terminal: text streams, and Ctrl-C stops it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

import ocinb

if TYPE_CHECKING:
    from collections.abc import Iterator

SETUP = """\
from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script
from ocinb.local.scripts.steps import Delta, Done, Finish, Reasoning

def serve(*script):
    serve.last = LocalDeployment(script=list(script)).start()
    return ChatOCIModelDeploymentVLLM(
        endpoint=serve.last.endpoint, auth=serve.last.auth
    )

code = "Because.\\n\\n```python\\nx = 1\\n```"
mender = Script.answer(code)
in_json = Script.answer('{"a":[1.10]}')
thinker = Script(
    [Reasoning("Let me see."), Delta("Yes."), Finish("stop"), Done()]
)
script = [Script.answer("one two three"), Script.answer("word " * 999, delay_s=0.05)]
server = LocalDeployment(script=script).start()
llm = ChatOCIModelDeploymentVLLM(endpoint=server.endpoint, auth=server.auth)
"""


class Terminal:
    """IPython as somebody types at it."""

    def __init__(self, process: pexpect.spawn) -> None:
        self.process = process
        self.number = 0

    def answer(self) -> str:
        """Return what was printed until the next prompt."""
        self.number += 1
        self.process.expect(rf"In \[{self.number}\]: ")
        return str(self.process.before)

    def type(self, line: str) -> str:
        self.process.sendline(line)
        return self.answer()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    (tmp_path / "setup.py").write_text(SETUP)
    process = pexpect.spawn(
        sys.executable,
        ["-m", "IPython", "--simple-prompt", "--no-banner", "--colors=NoColor"],
        env={
            **os.environ,
            "PYTHONPATH": str(Path(ocinb.__file__).parents[1]),
            "IPYTHONDIR": str(tmp_path),
        },
        encoding="utf-8",
        timeout=60,
        dimensions=(24, 200),
    )
    typed = Terminal(process)
    typed.answer()
    typed.type("%load_ext ocinb")
    typed.type(f"%run {tmp_path / 'setup.py'}")
    yield typed
    process.close(force=True)


def test_text_streams_and_an_interrupt_stops_it(terminal: Terminal):
    first = terminal.type("%ocichat -m llm hi")
    assert "one two three\r\n[odsc-llm · stop · 12 prompt + 3 tokens" in first

    terminal.process.sendline("%ocichat -m llm go on")
    terminal.process.expect("word word word")
    terminal.process.sendintr()
    stopped = terminal.answer()
    assert "[stopped by you · " in stopped
    assert "Traceback" not in stopped

    refused = terminal.type("%ocichat -m llm --top-p 3 hi")
    assert "ParameterError: --top-p 3: top_p must be a number in (0, 1]" in refused
    assert "Traceback" not in refused
    assert "'hi', 'go on'" in terminal.type(
        "[t.prompt for t in get_ipython().magics_manager"
        ".registry['OciChatMagics'].face.turns]"
    )


def test_the_last_error_is_mended_and_its_code_comes_next(terminal: Terminal):
    terminal.type("m = serve(mender)")
    assert "NameError" in terminal.type("total = missing + 1")
    told = terminal.type("%ocichat fix -m m")
    assert "[about In[4]: NameError: name 'missing' is not defined · " in told
    assert "x = 1" in told
    assert "'x = 1'" in terminal.type("get_ipython().rl_next_input")
    prompt = "print(serve.last.requests[-1].json['messages'][-1]['content'])"
    assert "```python\r\ntotal = missing + 1\r\n```" in terminal.type(prompt)


def test_json_is_laid_out_when_it_is_whole(terminal: Terminal):
    terminal.type("m = serve(in_json)")
    told = terminal.type("%ocichat -m m -f json hi")
    assert '{\r\n  "a": [\r\n    1.10\r\n  ]\r\n}\r\n[odsc-llm · stop' in told


def test_reasoning_is_dimmed_and_stands_before_the_answer(terminal: Terminal):
    terminal.type("m = serve(thinker)")
    told = terminal.type("%ocichat -m m hi")
    assert "\x1b[2mLet me see.\x1b[22m\r\n\r\nYes.\r\n[odsc-llm" in told
    hidden = terminal.type("%ocichat -m m --reasoning hide hi")
    assert "Let me see" not in hidden


def test_an_answer_that_was_stopped_goes_on(terminal: Terminal):
    terminal.type("%ocichat -m llm first")
    terminal.process.sendline("%ocichat -m llm go on")
    terminal.process.expect("word word word")
    terminal.process.sendintr()
    assert "%ocichat continue goes on" in terminal.answer()
    terminal.type("m = serve(Script.answer(' the end'))")
    assert "word the end\r\n[" in terminal.type("%ocichat continue -m m")


def test_a_question_mark_at_the_end_is_part_of_the_question(terminal: Terminal):
    assert "one two three" in terminal.type("%ocichat -m llm Why is the sky blue?")
    asked = terminal.type("server.requests[-1].json['messages'][-1]['content']")
    assert "Why is the sky blue?" in asked


def test_a_tool_is_asked_about_at_the_terminal(terminal: Terminal):
    terminal.type(
        "def weather(city: str) -> str: 'Tell the weather.'; return f'11 in {city}'"
    )
    terminal.type(
        "m = serve(Script.tool_calls([('weather', {'city': 'Oslo'})]), "
        "Script.answer('Take a coat.'))"
    )
    terminal.process.sendline("%ocichat -m m --tool weather Do I need a coat?")
    terminal.process.expect("always this tool: ")
    assert '"city": "Oslo"' in str(terminal.process.before)
    terminal.process.sendline("y")
    rest = terminal.answer()
    assert "weather: done" in rest
    assert "11 in Oslo" in rest
    assert "Take a coat." in rest


def test_parameters_are_checked_row_by_row(terminal: Terminal):
    terminal.type("m = serve(Script.answer('one two three'))")
    told = terminal.type("%ocichat check temperature max_tokens -m m")
    rows = [line.split()[0] for line in told.split("\r\n") if line.strip()]
    assert rows.index("temperature") < rows.index("max_tokens")
    assert "odsc-llm: " in told
    assert "Traceback" not in told


def test_a_sweep_tells_how_far_it_is_and_an_interrupt_ends_it(
    terminal: Terminal, tmp_path: Path
):
    terminal.type(f"%cd -q {tmp_path}")
    terminal.type("m = serve(Script.answer('one two three', delay_s=0.2))")
    call = "get_ipython().run_cell_magic('ocisweep', '{}', 'Say it.')"
    line = "m temperature=0:1:0.1 repeats=9 concurrency=1"
    terminal.process.sendline(call.format(line))
    terminal.process.expect(r"[2-9] of 99 trials, ")
    terminal.process.sendintr()
    stopped = terminal.answer()
    assert "sweep 1: stopped, " in stopped
    assert "by you" in stopped
    assert "one two three" in stopped
    assert "Traceback" not in stopped
    assert "True" in terminal.type("0 < len(_ocisweep) < 99")
