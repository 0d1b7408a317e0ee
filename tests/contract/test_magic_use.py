"""`%ocichat use` in a real kernel: from an address nobody typed to an answer."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import ocinb
from ocinb.local import LocalDeployment, Script
from ocinb.wire.signing import public_key_of
from tests.contract.data_science_api import (
    COMPARTMENT,
    DataScienceApi,
    Fault,
    entry,
    refused,
    signed_by,
)
from tests.contract.magic_kernel import Kernel, running_kernel
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNING = "--auth api_key"
HOSTILE = "<img src=x onerror=alert(1)>"
TITLE = "3 ACTIVE model deployments in compartment …..team"


@pytest.fixture(scope="module")
def deployment() -> Iterator[LocalDeployment]:
    with LocalDeployment(script=Script.answer("It works.")) as running:
        yield running


@pytest.fixture(scope="module")
def emulated(
    deployment: LocalDeployment, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DataScienceApi]:
    """The API, and the environment of a session whose key both services accept."""
    key = (deployment.profile_path.parent / "key.pem").read_bytes()
    accepted = signed_by(public_key_of(key), deployment.auth["signer"].api_key)
    with DataScienceApi(accepted) as api, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OCI_ODSC_SERVICE_ENDPOINT", api.url)
        patch.setenv("NB_SESSION_COMPARTMENT_OCID", COMPARTMENT)
        patch.setenv("OCI_CONFIG_LOCATION", str(deployment.profile_path))
        patch.setenv("OCI_CONFIG_PROFILE", "DEFAULT")
        patch.setenv("OCI_LLM_ENDPOINT", "")
        patch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path_factory.mktemp("jupyter")))
        yield api


@pytest.fixture(scope="module")
def started(emulated: DataScienceApi) -> Iterator[Kernel]:  # noqa: ARG001 - its environment
    with running_kernel() as kernel:
        yield kernel


@pytest.fixture
def api(emulated: DataScienceApi, deployment: LocalDeployment) -> DataScienceApi:
    """The API with three deployments, one of which answers."""
    url = deployment.endpoint.removesuffix("/predict")
    variables = {"PARAMS": "--served-model-name llama-3-8b", "HF_TOKEN": "hunter2"}
    emulated.deployments = [
        entry("Llama 3 chat", url, variables=variables),
        entry("qwen"),
        entry(HOSTILE),
        entry("old", state="INACTIVE"),
    ]
    emulated.faults.clear()
    emulated.asked.clear()
    return emulated


@pytest.fixture
def kernel(started: Kernel, api: DataScienceApi) -> Kernel:  # noqa: ARG001 - it must serve
    """The kernel as it is after `%load_ext`."""
    started.run("%unload_ext ocinb")
    assert not started.run("%load_ext ocinb").error_lines
    return started


def test_load_use_chat_are_three_lines_and_no_endpoint(
    kernel: Kernel, deployment: LocalDeployment
):
    used = kernel.run(f"%ocichat use Llama 3 chat {SIGNING}")
    assert not used.error_lines
    (told,) = used.shown
    assert told["text/plain"] == (
        "%%ocichat asks Llama 3 chat from now on: model llama-3-8b, alias Llama-3-chat"
    )

    (answer,) = kernel.run("%%ocichat\nhello").shown
    assert answer["text/plain"] == "It works."
    asked = deployment.requests[-1]
    assert asked.json["model"] == "llama-3-8b"
    assert "hunter2" not in str(used.messages)


def test_the_list_is_one_display_that_stays(kernel: Kernel, api: DataScienceApi):
    ran = kernel.run(f"%ocichat use {SIGNING}")

    assert not ran.error_lines
    assert not ran.stream("stderr")
    (shown,) = ran.shown
    lines = shown["text/plain"].split("\n")
    assert lines[0] == TITLE
    assert "old" not in shown["text/plain"]
    assert f"127.0.0.1:{api.url.rpartition(':')[2]}" not in shown["text/plain"]
    assert "<img" not in shown["text/html"]
    assert "<th" in shown["text/html"]
    assert "hunter2" not in str(ran.messages)


def test_the_current_one_is_marked_and_needs_no_second_list(
    kernel: Kernel, api: DataScienceApi
):
    kernel.run(f"%ocichat use {SIGNING}")
    kernel.run("%ocichat use qwen")
    assert len(api.asked) == 1

    (shown,) = kernel.run("%ocichat use").shown
    assert "\n*  qwen" in shown["text/plain"]
    assert "<strong>qwen</strong> (current)" in shown["text/html"]
    known = "get_ipython().magics_manager.registry['OciChatMagics'].face.listing"
    assert kernel.value(f"[d.name for d in {known}.deployments]") == [
        *("Llama 3 chat", "qwen"),
        HOSTILE,
    ]


def test_where_nobody_watches_the_list_is_the_only_output(kernel: Kernel):
    ran = kernel.run(f"%ocichat use {SIGNING}", stdin=False)

    kinds = [m["msg_type"] for m in ran.messages]
    assert kinds == ["status", "execute_input", "display_data", "status"]
    assert ran.shown[0]["text/plain"].startswith(TITLE)


def test_a_slow_list_shows_what_is_waited_for_and_can_be_interrupted(
    kernel: Kernel, api: DataScienceApi
):
    api.faults = [Fault(wait_s=60)]
    ran, at_s = kernel.run_and_interrupt(
        f"%ocichat use {SIGNING}", when="for model deployments", after_s=0.5
    )
    assert ran.error_lines == [
        "Stopped: the model deployments were not asked for: stopped by you"
    ]
    assert time.monotonic() - at_s < 2

    assert (
        kernel.run(f"%ocichat use {SIGNING}").shown[0]["text/plain"].startswith(TITLE)
    )


def test_a_retry_is_told_while_it_is_waited_for(kernel: Kernel, api: DataScienceApi):
    api.faults = [Fault(503, {"code": "Busy", "message": "no"}, {"retry-after": "1"})]
    ran = kernel.run(f"%ocichat use {SIGNING}")

    drawn = [c["data"]["text/plain"] for c in ran.of("update_display_data")]
    assert any("again in 1 s" in text for text in drawn)
    assert ran.shown[0]["text/plain"].startswith(TITLE)


def test_five_hundred_are_one_bounded_display(kernel: Kernel, api: DataScienceApi):
    api.deployments = [entry(f"model {number}") for number in range(500)]
    (shown,) = kernel.run(f"%ocichat use {SIGNING}").shown

    assert "400 more are not shown" in shown["text/plain"]
    assert len(shown["text/html"]) < 60_000
    (used,) = kernel.run("%ocichat use model 499").shown
    assert used["text/plain"].startswith("%%ocichat asks model 499 from now on")


def test_an_empty_compartment_is_one_line(kernel: Kernel, api: DataScienceApi):
    api.deployments = []
    (shown,) = kernel.run(f"%ocichat use {SIGNING}").shown

    assert shown["text/plain"] == ("no ACTIVE model deployments in compartment …..team")


def test_an_unknown_name_is_one_line_with_the_nearest(kernel: Kernel):
    (line,) = kernel.run(f"%ocichat use quen {SIGNING}").error_lines

    assert "is called 'quen'; did you mean qwen?" in line
    assert "Llama 3 chat" in line


def test_a_name_of_two_is_one_line_with_what_tells_them_apart(
    kernel: Kernel, api: DataScienceApi
):
    prefix = "ocid1.datasciencemodeldeployment.oc1.iad"
    api.deployments = [entry("llama", ocid=f"{prefix}.twin{n}{n}") for n in (1, 2)]
    (line,) = kernel.run(f"%ocichat use llama {SIGNING}").error_lines
    assert "2 model deployments are called 'llama'" in line

    (told,) = kernel.run(f"%ocichat use twin22 {SIGNING}").shown
    assert "%%ocichat asks llama from now on" in told["text/plain"]
    endpoint = "get_ipython().magics_manager.registry['OciChatMagics'].face.models"
    assert kernel.value(f"{endpoint}.find('llama', {{}}).endpoint").endswith(
        f"{prefix}.twin22/predict"
    )


def test_who_may_not_list_is_told_the_policy_in_one_line(
    kernel: Kernel, api: DataScienceApi
):
    api.faults = [refused(404, "NotAuthorizedOrNotFound")] * 2
    (line,) = kernel.run(f"%ocichat use {SIGNING}").error_lines

    assert line.startswith("PolicyError: the model deployments are not found, or not")
    assert "allow group <group-name> to read data-science-model-deployments" in line
    assert f"in compartment id {COMPARTMENT}" in line


def test_another_compartment_is_asked_for_when_it_is_named(
    kernel: Kernel, api: DataScienceApi
):
    other = f"{COMPARTMENT}2"
    kernel.run(f"%ocichat use {SIGNING}")
    (line,) = kernel.run(f"%ocichat use --compartment {other}").error_lines
    assert f"in compartment id {other}" in line

    kernel.run("%ocichat use")
    compartments = [asked["compartmentId"] for asked in api.asked]
    assert compartments == [COMPARTMENT, other, COMPARTMENT], (
        "what was refused is not remembered"
    )


def test_an_ocid_that_was_not_listed_is_asked_for_by_itself(
    kernel: Kernel, api: DataScienceApi
):
    ocid = api.deployments[0]["id"]
    (told,) = kernel.run(f"%ocichat use {ocid} {SIGNING}").shown
    assert "asks Llama 3 chat from now on: model llama-3-8b" in told["text/plain"]
    assert api.asked == [{}]

    stopped = api.deployments[-1]["id"]
    (line,) = kernel.run(f"%ocichat use {stopped}").error_lines
    assert line.startswith("NotActive: old (…ad.old, 2025-03-01) is INACTIVE")


def test_an_ocid_that_is_not_shown_gets_the_address_that_it_stands_for(
    kernel: Kernel, api: DataScienceApi
):
    ocid = "ocid1.datasciencemodeldeployment.oc1.iad.hidden"
    (told,) = kernel.run(f"%ocichat use {ocid} {SIGNING}").shown

    assert (
        "its address is made of its OCID: the model deployment is not found, or "
        in (told["text/plain"])
    )
    assert len(api.asked) == 1
    models = "get_ipython().magics_manager.registry['OciChatMagics'].face.models"
    assert kernel.value(f"{models}.find({models}.current, {{}}).endpoint") == (
        f"https://modeldeployment.us-ashburn-1.oci.customer-oci.com/{ocid}/predict"
    )


def test_a_url_is_used_without_asking_the_api(
    kernel: Kernel, api: DataScienceApi, deployment: LocalDeployment
):
    (told,) = kernel.run(f"%ocichat use {deployment.endpoint} {SIGNING}").shown
    assert "%%ocichat asks deployment …" in told["text/plain"]
    (answer,) = kernel.run("%%ocichat\nhello").shown

    assert answer["text/plain"] == "It works."
    assert api.asked == []


def test_a_terminal_gets_plain_text(api: DataScienceApi):
    code = (
        "get_ipython().run_line_magic('load_ext', 'ocinb')\n"
        f"get_ipython().run_line_magic('ocichat', 'use {SIGNING}')\n"
    )
    command = [sys.executable, "-m", "IPython", "--no-banner", "-c", code]
    root = str(Path(ocinb.__file__).parents[1])
    ended = subprocess.run(  # noqa: S603 - this Python
        command,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert ended.stdout.split("\n")[0] == TITLE
    assert eventually(lambda: len(api.asked) == 1)
    assert "<" not in ended.stdout.replace(HOSTILE, "")
    assert "\x1b" not in ended.stdout
