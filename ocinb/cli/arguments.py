"""The words and options that `ocinb` understands."""

from __future__ import annotations

from argparse import ArgumentParser
from importlib.metadata import version

from ocinb.wire.method import NAMED

__all__ = ["make_parser"]


def make_parser() -> ArgumentParser:
    """Make the parser of the whole command line."""
    parser = ArgumentParser(
        prog="ocinb",
        description="Chat with models on OCI Data Science model deployments, "
        "inside a notebook.",
    )
    parser.add_argument(
        "--version", action="version", version=f"ocinb {version('ocinb')}"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_demo(
        commands.add_parser(
            "demo",
            help="run the first notebook with a small model on this machine",
            description="Fetch a small model once (93 MB), run the first notebook in "
            "a real kernel and print what the model answers. Needs no cloud account.",
        )
    )
    _add_serve(
        commands.add_parser(
            "serve",
            help="serve a model on this machine as a model deployment would",
            description="Serve a model on this machine behind the address and the "
            "signature of a model deployment, until Ctrl-C. Without options: the "
            "small model of the demo.",
        )
    )
    _add_doctor(
        commands.add_parser(
            "doctor",
            help="find out what is wrong between here and a model's answer",
            description="Check packages, address, credentials, connection, clock, "
            "policy and what the model server can do, with a few small requests. Each "
            "failure comes with its fix. The exit code is 0 if no check failed, 1 if "
            "one did, 2 if an option cannot be right.",
        )
    )
    _add_profile(
        commands.add_parser(
            "enable",
            help="make %%%%ocichat available without %%load_ext",
            description="Put a small file into the startup folder of an IPython "
            "profile, so that %%ocichat, %%ocichat and %%ocisweep are loaded when "
            "they are first used. No file of yours is changed.",
        )
    )
    _add_profile(
        commands.add_parser(
            "disable",
            help="undo enable",
            description="Take away what `ocinb enable` put into an IPython profile, "
            "and nothing else.",
        )
    )
    commands.add_parser(
        "version",
        help="print the versions of ocinb, Python and IPython",
        description="Print the versions of ocinb, Python and IPython.",
    )
    return parser


def _add_doctor(doctor: ArgumentParser) -> None:
    doctor.add_argument(
        "--endpoint",
        metavar="URL",
        default="",
        help="predict URL of the deployment, or the name of a saved alias (default: "
        "the variable OCI_LLM_ENDPOINT, or else the first saved alias)",
    )
    doctor.add_argument(
        "--auth", metavar="NAME", default="", help=f"how to sign: {', '.join(NAMED)}"
    )
    doctor.add_argument(
        "--model",
        metavar="NAME",
        default="",
        help="name of the model on the server (default: odsc-llm)",
    )
    doctor.add_argument(
        "--json", action="store_true", help="print one JSON object instead of a table"
    )


def _add_profile(command: ArgumentParser) -> None:
    command.add_argument(
        "--profile", default="default", help="which IPython profile (default: default)"
    )


def _add_demo(demo: ArgumentParser) -> None:
    demo.add_argument(
        "--lab",
        action="store_true",
        help="then copy the notebook here and open it in JupyterLab",
    )


def _add_serve(serve: ArgumentParser) -> None:
    source = serve.add_mutually_exclusive_group()
    source.add_argument("--model", metavar="PATH.gguf", help="a model file to serve")
    source.add_argument(
        "--upstream",
        metavar="URL",
        help="an OpenAI-compatible server to stand in front of, such as Ollama or vLLM",
    )
    serve.add_argument(
        "--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)"
    )
