"""What `import ocinb` costs, beside what its first uses and the peers cost.

    pip install -e ".[local]"
    python benchmarks/import_cost.py

Each import runs in fresh interpreters; the table shows the median CPU time beyond an
empty interpreter's and how many modules were loaded.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

ROUNDS = 7
IMPORTS = {
    "import ocinb": "import ocinb",
    "ocinb.errors": "from ocinb import OcinbError",
    "the chat model": "from ocinb import ChatOCIModelDeploymentVLLM",
    "the local deployment": "from ocinb import LocalDeployment",
    "langchain_core chat models": "import langchain_core.language_models.chat_models",
    "langchain_openai": "import langchain_openai",
    "oci": "import oci",
    "ads": "import ads",
}


def cpu_s(code: str) -> tuple[float, int] | None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(len(sys.modules))"],
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        return None
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, int(done.stdout)


def main() -> None:
    empty_s = statistics.median(cpu_s("pass")[0] for _ in range(ROUNDS))
    print(f"{'':<30}{'CPU s':>8}{'modules':>9}")
    for name, code in IMPORTS.items():
        first = cpu_s(code)
        if first is None:
            print(f"{name:<30}{'not installed':>17}")
            continue
        taken = [cpu_s(code)[0] for _ in range(ROUNDS)]
        print(f"{name:<30}{statistics.median(taken) - empty_s:>8.3f}{first[1]:>9}")


if __name__ == "__main__":
    main()
