"""`LocalDeployment`: a model deployment on loopback, started and stopped from Python."""

from __future__ import annotations

import importlib.util
import os
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ConfigurationError, MissingExtraError
from ocinb.local.wanted import COMPARTMENT, DEFAULT_CONTEXT_LENGTH, OCID, Wanted

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from ocinb.local.credentials import Credentials
    from ocinb.local.scripts.received import ReceivedRequest
    from ocinb.local.scripts.server import Answers, ScriptedServer
    from ocinb.local.serving import Serving
    from ocinb.local.weights import Progress

__all__ = ["LocalDeployment"]

_NEEDED_TO_SIGN: Final[tuple[str, ...]] = ("cryptography",)
_NEEDED_TO_SERVE: Final = ("cryptography", "uvicorn")
_NEEDED_FOR_A_MODEL: Final = ("cryptography", "uvicorn", "xllamacpp")


class LocalDeployment:
    """A small real model behind the same wire as an OCI Model Deployment.

    Endpoint, signature, streaming and answers are those of a deployment on OCI whose
    container runs vLLM, so everything can be tried without a cloud account. It is a
    demo of the plumbing: a model of 135 million parameters babbles.

    ```python
    with LocalDeployment() as deployment:
        model = ChatOCIModelDeploymentVLLM(
            endpoint=deployment.endpoint, auth=deployment.auth
        )
    ```

    The model runs in a process of its own that ends with this one. It listens on
    loopback only and takes only requests signed with the key in `auth`.

    Args:
        model: path of a GGUF file; by default SmolLM2-135M-Instruct, downloaded once
            (93 MB) and kept in the user's cache folder.
        upstream: address of an OpenAI-compatible server (Ollama, vLLM, ...) to hand
            requests on to, instead of a model.
        script: what to answer instead of a model: a `Script`, several of them, or a
            function of the received request.
        model_name: the name that requests may call the model by.
        threads: threads that compute; by default all cores but one.
        context_length: tokens of prompt and answer together that one request may have.
        request_limit_s: seconds that an answer on `/predict` may take, 60 as on OCI.
        port: where to listen; 0 takes any free port.
        progress: called with bytes done and bytes in all while weights download.
    """

    def __init__(  # noqa: PLR0913 - keywords only: three kinds of deployment
        self,
        *,
        model: str | os.PathLike[str] | None = None,
        upstream: str | None = None,
        script: Answers | None = None,
        model_name: str = "odsc-llm",
        threads: int | None = None,
        context_length: int = DEFAULT_CONTEXT_LENGTH,
        request_limit_s: float = 60.0,
        port: int = 0,
        progress: Progress | None = None,
    ) -> None:
        if sum(given is not None for given in (model, upstream, script)) > 1:
            msg = "pass one of model, upstream and script"
            raise ConfigurationError(msg)
        self._wanted = Wanted(
            model=None if model is None else Path(model),
            upstream=upstream,
            script=script,
            model_name=model_name,
            threads=threads or max(1, (os.cpu_count() or 2) - 1),
            context_length=context_length,
            request_limit_s=request_limit_s,
            port=port,
            progress=progress,
        )
        self._lock = threading.Lock()
        self._credentials: Credentials | None = None
        self._serving: Serving | None = None
        self._finalizer: weakref.finalize[Any, Any] | None = None

    @property
    def running(self) -> bool:
        """True between `start` and `stop`, unless the model's process has died."""
        return self._serving is not None and self._serving.server.running

    @property
    def endpoint(self) -> str:
        """The predict URL, what `endpoint=` of a chat model takes."""
        return f"http://127.0.0.1:{self._now().port}/{OCID}/predict"

    @property
    def auth(self) -> dict[str, Any]:
        """A dict as `ads.common.auth` makes them, with a signer for this deployment."""
        now = self._now()
        return now.credentials.auth(now.profile)

    @property
    def profile_path(self) -> Path:
        """An OCI config file whose DEFAULT profile opens this deployment.

        For tools that use oci's or ads' own signers. It and its key file are readable
        by the user alone and are removed on `stop`.
        """
        return self._now().profile

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that make an account of this deployment.

        With them, what looks for deployments finds this one, of a model, alone:
        `os.environ |= deployment.environment`, then `%ocichat use`.
        """
        return {
            "NB_SESSION_COMPARTMENT_OCID": COMPARTMENT,
            "OCI_CONFIG_LOCATION": str(self.profile_path),
            "OCI_CONFIG_PROFILE": "DEFAULT",
            "OCI_IAM_TYPE": "api_key",
            "OCI_ODSC_SERVICE_ENDPOINT": f"http://127.0.0.1:{self._now().port}",
        }

    @property
    def model_name(self) -> str:
        """The name that requests may call the model by."""
        return self._wanted.model_name

    @property
    def requests(self) -> tuple[ReceivedRequest, ...]:
        """The requests that came so far; of a scripted deployment only."""
        return self._scripted().requests

    @property
    def hangups(self) -> tuple[float, ...]:
        """When clients hung up during an answer; of a scripted deployment only."""
        return self._scripted().hangups

    @property
    def connections(self) -> int:
        """Connections accepted so far; of a scripted deployment only."""
        return self._scripted().connections

    def start(self) -> Self:
        """Start serving and return when it is ready; harmless when it runs.

        A deployment whose process has died starts anew, at another port.

        Raises:
            MissingExtraError: a package of the `local` extra is not installed.
            OcinbError: the weights cannot be fetched, or the model not be loaded.
        """
        with self._lock:
            if not self.running:
                self._end()
                self._check_extra()
                self._check_model()
                self._serving = self._begin()
                self._finalizer = weakref.finalize(self, self._serving.end)
        return self

    def stop(self) -> None:
        """Stop serving and remove the key file; harmless when it does not run."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._finalizer is not None:
            self._finalizer()
        self._serving = self._finalizer = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = f"at {self.endpoint}" if self.running else "not running"
        return f"<{type(self).__name__} {self._what()} {state}>"

    def _what(self) -> str:
        wanted = self._wanted
        if wanted.script is not None:
            return "scripted"
        if wanted.upstream is not None:
            return f"of {wanted.upstream}"
        return f"of {wanted.model.name if wanted.model else 'SmolLM2-135M-Instruct'}"

    def _now(self) -> Serving:
        if self._serving is None:
            msg = "the local deployment is not running"
            raise ConfigurationError(msg, hint="call start() or use it in a with block")
        return self._serving

    def _scripted(self) -> ScriptedServer:
        server = self._now().scripted
        if server is None:
            msg = "only a deployment with a script keeps what it received"
            raise ConfigurationError(msg)
        return server

    def _check_extra(self) -> None:
        needed = _NEEDED_TO_SIGN
        if self._wanted.script is None:
            needed = _NEEDED_TO_SERVE if self._wanted.upstream else _NEEDED_FOR_A_MODEL
        missing = [name for name in needed if importlib.util.find_spec(name) is None]
        if missing:
            msg = f"the local deployment needs {', '.join(missing)}"
            raise MissingExtraError(msg, hint='pip install "ocinb[local]"')

    def _check_model(self) -> None:
        model = self._wanted.model
        if model is not None and not model.is_file():
            msg = f"there is no model file {model}"
            raise ConfigurationError(msg)

    def _begin(self) -> Serving:
        # Only here, so that what the extra brings may be missing until then.
        from ocinb.local.credentials import Credentials  # noqa: PLC0415 - see above
        from ocinb.local.serving import serve  # noqa: PLC0415 - see above

        # Kept, so that a model made with them works again after a restart.
        self._credentials = self._credentials or Credentials()
        return serve(self._wanted, self._credentials)
