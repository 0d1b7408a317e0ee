"""Aliases and presets of one kernel, used in another one on real requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ocinb.local import LocalDeployment, Script
from tests.contract.magic_kernel import running_kernel

if TYPE_CHECKING:
    from pathlib import Path


def test_an_alias_and_a_preset_outlive_their_kernel(tmp_path: Path):
    script = [Script.answer("first"), Script.answer("second")]
    with LocalDeployment(script=script) as deployment:
        env = {
            "JUPYTER_CONFIG_DIR": str(tmp_path),
            "OCI_CONFIG_FILE": str(deployment.profile_path),
        }
        with running_kernel(**env) as kernel:
            kernel.run("%load_ext ocinb")
            added = kernel.run(
                f"%ocichat alias add prod {deployment.endpoint} --auth api_key "
                "--model llama -t 0.1 --seed 1 --top-k 1 --param echo=true"
            )
            assert "kept in" in added.stream("stdout")
            kernel.run("%ocichat preset save mine --seed 2 --top-p 0.2 --system Brief.")
        with running_kernel(**env) as kernel:
            kernel.run("%load_ext ocinb")
            kernel.run("%config OciChatMagics.params = {'seed': 3, 'top_k': 3}")
            ran = kernel.run(
                "%%ocichat prod --preset mine --top-p 0.4\nhi", stdin=False
            )
            kernel.run("%ocichat alias set prod")
            more = kernel.run("%ocichat --no-history --param guide=[1] hi", stdin=False)
        assert not ran.error_lines + more.error_lines
        assert not ran.stream("stderr") + more.stream("stderr")
        assert ran.shown[0]["text/plain"] == "first"
        first, second = (json.loads(r.body) for r in deployment.requests)
    fixed = {"model": "llama", "temperature": 0.1, "max_tokens": 1024, "echo": True}
    sampling = {"seed": 2, "top_p": 0.4, "top_k": 3}
    assert first.items() >= {**fixed, **sampling}.items()
    assert [m["content"] for m in first["messages"]] == ["Brief.", "hi"]
    assert second.items() >= {**fixed, "seed": 3, "top_k": 3, "guide": [1]}.items()
    kept = (tmp_path / "ocinb.json").read_text()
    assert "PRIVATE" not in kept
    assert json.loads(kept)["aliases"]["prod"]["auth"] == "api_key"
