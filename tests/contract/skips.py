"""The tests that may be skipped: what LangChain's own suites skip by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

_SUITE = "tests/contract/test_standard_suites.py::TestStandardIntegration::"

ALLOWED = frozenset(
    _SUITE + name
    for name in (
        "test_anthropic_inputs",
        "test_audio_inputs",
        "test_pdf_inputs",
        "test_pdf_tool_message",
        "test_stream_time",
    )
)


def complaint(session: pytest.Session) -> str:
    """Say which tests of a session were skipped or ran against this list."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None:
        return ""
    skipped = {report.nodeid for report in terminal.stats.get("skipped", ())}
    expected = ALLOWED & {item.nodeid for item in session.items}
    lines = [f"skipped, and not on the list: {name}" for name in skipped - expected]
    lines += [f"on the list, and not skipped: {name}" for name in expected - skipped]
    return "\n".join(sorted(lines))
