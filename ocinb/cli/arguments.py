"""The words and options that `ocinb` understands."""

from __future__ import annotations

from argparse import ArgumentParser
from importlib.metadata import version

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
    return parser


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
