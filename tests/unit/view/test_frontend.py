"""What the running execute request says about who is watching."""

from __future__ import annotations

from typing import Any

from ocinb.view.frontend import CellCounter, Frontend, frontend_of


class KernelShell:
    """The two things of a kernel's shell that count here."""

    kernel = object()

    def __init__(self, request: Any) -> None:
        self.request = request

    def get_parent(self) -> Any:
        return self.request


def request(cell: str = "c1", message: str = "m1", **content: Any) -> KernelShell:
    return KernelShell(
        {
            "header": {"msg_id": message},
            "metadata": {"cellId": cell} if cell else {},
            "content": content,
        }
    )


def test_a_terminal_is_no_kernel(bare_shell: Any):
    assert frontend_of(bare_shell) == Frontend(kernel=False, interactive=True)


def test_a_kernel_tells_the_cell_and_the_execution():
    found = frontend_of(request(allow_stdin=True))
    assert found == Frontend(True, True, "c1", "m1")  # noqa: FBT003 - kernel, interactive


def test_a_run_that_allows_no_input_is_not_interactive():
    assert not frontend_of(request(allow_stdin=False)).interactive


def test_a_kernel_without_a_request_is_taken_as_watched():
    assert frontend_of(KernelShell(None)) == Frontend(kernel=True)


def test_uses_in_one_cell_are_counted_and_a_new_execution_begins_again():
    counter = CellCounter()
    first, again = frontend_of(request("c1", "m1")), frontend_of(request("c1", "m2"))
    assert [counter.key(first), counter.key(first)] == [("c1", 0), ("c1", 1)]
    assert counter.key(again) == ("c1", 0)


def test_without_a_cell_id_there_is_no_key():
    assert CellCounter().key(frontend_of(request(""))) is None
