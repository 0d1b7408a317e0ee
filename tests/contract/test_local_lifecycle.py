"""Starting and ending: nothing is left behind, whatever happens to the parent."""

from __future__ import annotations

import gc
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from ocinb.errors import ConfigurationError, OcinbError
from ocinb.local import LocalDeployment, Script
from ocinb.local.process import ChildProcess
from ocinb.local.settings import Settings
from tests.contract.local_client import SHORT, Client
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
SERVE_FOR_EVER = """
import os, time
from ocinb.local import LocalDeployment
deployment = LocalDeployment(upstream="http://127.0.0.1:1").start()
serving = deployment._now()
{then}
print(serving.server.pid, serving.folder, flush=True)
time.sleep(60)
"""
NOWHERE = "http://127.0.0.1:1"


def upstream() -> LocalDeployment:
    """A deployment that starts quickly, since it has no model to load."""
    return LocalDeployment(upstream=NOWHERE)


def lives(pid: int) -> bool:
    """Whether a process runs; one that nobody waited for yet has ended."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_starting_twice_and_stopping_twice_is_harmless():
    deployment = upstream().start()
    endpoint = deployment.endpoint

    assert deployment.start().endpoint == endpoint
    deployment.stop()
    deployment.stop()
    assert not deployment.running


def test_after_a_restart_the_same_key_opens_it():
    deployment = upstream()
    with deployment:
        signer = deployment.auth["signer"]
    with deployment:
        assert Client(deployment, signer).send(SHORT).status == 503  # it has no server


def test_one_whose_process_died_can_be_started_again():
    with upstream() as deployment:
        old = deployment._now()
        os.kill(old.server.pid, signal.SIGKILL)
        assert eventually(lambda: not deployment.running)

        deployment.start()
        assert deployment.running
        assert Client(deployment).send(SHORT).status == 503  # it has no server
        assert not old.folder.exists()


def test_it_listens_on_loopback_only():
    with upstream() as deployment:
        connections = psutil.Process(deployment._now().server.pid).net_connections()
        listening = [c.laddr.ip for c in connections if c.status == psutil.CONN_LISTEN]

    assert listening == ["127.0.0.1"]


def test_stopping_ends_the_process_and_removes_the_keys():
    with upstream() as deployment:
        serving = deployment._now()
        folder = deployment.profile_path.parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    assert not psutil.pid_exists(serving.server.pid)
    assert not listens(serving.port)
    assert not folder.exists()


def test_stopping_takes_a_second_at_most(local_deployment: LocalDeployment):
    assert local_deployment.running  # a model that is loaded does not slow another
    deployment = LocalDeployment().start()
    start = time.monotonic()
    deployment.stop()

    assert time.monotonic() - start < 1.5


def test_a_child_that_does_not_listen_is_killed():
    with upstream() as deployment:
        serving = deployment._now()
        os.kill(serving.server.pid, signal.SIGSTOP)

    assert not psutil.pid_exists(serving.server.pid)


def test_a_forgotten_deployment_ends():
    deployment = upstream().start()
    serving = deployment._now()
    del deployment
    gc.collect()

    assert eventually(lambda: not psutil.pid_exists(serving.server.pid))
    assert not serving.folder.exists()


def test_no_secret_is_in_the_arguments_or_the_environment_of_the_child():
    with upstream() as deployment:
        process = psutil.Process(deployment._now().server.pid)
        seen = f"{process.cmdline()} {process.environ()}"

    assert "PRIVATE KEY" not in seen
    assert "ocid1" not in seen


def test_threads_do_not_spin_beside_a_busy_kernel():
    with upstream() as deployment:
        environment = psutil.Process(deployment._now().server.pid).environ()

    assert environment["OMP_WAIT_POLICY"] == "passive"


def test_no_proxy_stands_before_the_model(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_PROXY", "intern.example")
    with upstream() as deployment:
        environment = psutil.Process(deployment._now().server.pid).environ()

    assert environment["no_proxy"] == "intern.example,127.0.0.1,localhost"


@pytest.fixture
def parent() -> Iterator[Callable[[str], tuple[subprocess.Popen[str], int, Path]]]:
    """Start a Python that starts a deployment; return its child's id and folder."""
    started: list[subprocess.Popen[str]] = []

    def start(then: str = "") -> tuple[subprocess.Popen[str], int, Path]:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", SERVE_FOR_EVER.format(then=then)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            start_new_session=True,
        )
        started.append(process)
        assert process.stdout is not None
        pid, folder = process.stdout.readline().split()
        return process, int(pid), Path(folder)

    yield start
    for process in started:
        process.kill()
        process.communicate()


Parent = "Callable[[str], tuple[subprocess.Popen[str], int, Path]]"


def test_the_child_dies_with_a_parent_that_is_killed(parent: Parent):
    process, pid, folder = parent("")
    process.kill()

    assert eventually(lambda: not lives(pid))
    assert not folder.exists()


def test_the_child_dies_though_a_fork_of_the_parent_lives(parent: Parent):
    process, pid, _ = parent(
        "if os.fork() == 0: os.close(1); time.sleep(5); os._exit(0)"
    )
    process.kill()

    assert eventually(lambda: not lives(pid), within_s=2)


def test_a_fork_of_the_parent_does_not_take_the_deployment_along(parent: Parent):
    _, pid, _ = parent("if os.fork() == 0: deployment.stop(); os._exit(0)")
    time.sleep(0.5)

    assert lives(pid)


def test_an_interrupt_of_the_parents_group_does_not_reach_the_child(parent: Parent):
    process, pid, _ = parent("import signal; signal.signal(signal.SIGINT, print)")
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.5)

    assert lives(pid)


@pytest.mark.parametrize("content", [b"not a model", b"GGUF\x03\x00\x00\x00"])
def test_a_file_that_is_no_model_is_told(tmp_path: Path, content: bytes):
    path = tmp_path / "bad.gguf"
    path.write_bytes(content)

    with pytest.raises(OcinbError, match="the model cannot be loaded") as caught:
        LocalDeployment(model=path).start()
    assert str(path) in str(caught.value)
    assert "failed to load model" in caught.value.server_message


def test_a_failed_start_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = tmp_path / "bad.gguf"
    path.write_bytes(b"not a model")

    with pytest.raises(OcinbError):
        LocalDeployment(model=path).start()
    assert [entry.name for entry in tmp_path.iterdir()] == ["bad.gguf"]


def test_a_port_can_be_chosen():
    with upstream() as first:
        port = first._now().port
    with LocalDeployment(upstream=NOWHERE, port=port) as deployment:
        assert deployment.endpoint.startswith(f"http://127.0.0.1:{port}/")


def test_a_port_in_use_is_told():
    with upstream() as first:
        second = LocalDeployment(upstream=NOWHERE, port=first._now().port)
        with pytest.raises(
            OcinbError, match=r"port \d+ cannot be used: Address already"
        ):
            second.start()


def test_a_child_that_ends_without_a_word_is_told(tmp_path: Path):
    settings = Settings("ocid", "key", "pem", str(tmp_path), upstream=NOWHERE)
    child = ChildProcess(settings)
    os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(OcinbError, match="its process ended"):
        child.wait_ready()


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path):
    settings = Settings("ocid", "key", "pem", str(tmp_path), upstream=NOWHERE)
    child = ChildProcess(settings, ready_within_s=0)

    with pytest.raises(OcinbError, match="not ready within 0 s"):
        child.wait_ready()
    assert not lives(child.pid)


def test_a_child_that_fails_shows_its_last_words(tmp_path: Path):
    settings = Settings("ocid", "key", "pem", str(tmp_path), upstream=NOWHERE, port=-1)
    child = ChildProcess(settings)

    with pytest.raises(OcinbError) as caught:
        child.wait_ready()
    assert "OverflowError" in caught.value.server_message


def test_the_repr_of_a_running_deployment_shows_where_it_is():
    with upstream() as deployment:
        assert repr(deployment) == (
            f"<LocalDeployment of {NOWHERE} at {deployment.endpoint}>"
        )


def test_a_script_is_served_behind_the_same_signature():
    with LocalDeployment(script=Script.answer("It works.")) as deployment:
        client = Client(deployment)

        assert client.send(SHORT).text == "It works."
        assert client.send(SHORT, signed=False).status == 401
        assert len(deployment.requests) == 2
        assert deployment.connections == 2
        assert deployment.hangups == ()
    assert not deployment.running


def test_a_deployment_with_a_server_keeps_no_requests():
    with upstream() as deployment, pytest.raises(ConfigurationError, match="a script"):
        _ = deployment.requests


def test_the_door_of_the_room_brings_nothing_heavy():
    code = "import sys, ocinb.local; print(*sys.modules)"
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    heavy = {"cryptography", "uvicorn", "xllamacpp", "httpx", "platformdirs"}

    assert not heavy & set(done.stdout.split())


def test_another_name_for_the_model_is_the_one_it_answers_to():
    with LocalDeployment(model_name="mine", context_length=512) as deployment:
        client = Client(deployment)
        (model,) = client.send(method="GET", route="/v1/models").json["data"]

        assert (model["id"], model["max_model_len"]) == ("mine", 512)
        assert client.send({**SHORT, "model": "mine"}).json["model"] == "mine"
        assert client.send({**SHORT, "model": "odsc-llm"}).status == 404
