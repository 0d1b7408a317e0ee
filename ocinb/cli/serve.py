"""`ocinb serve`: a local deployment for other processes, until Ctrl-C."""

from __future__ import annotations

import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ocinb.cli.progress import Progress
from ocinb.errors import OcinbError
from ocinb.local import LocalDeployment

if TYPE_CHECKING:
    from argparse import Namespace

__all__ = ["run"]

CONNECT: Final = """\
endpoint    {endpoint}
profile     {profile}  (OCI config file; it and its key vanish with this command)

To connect from Python (the signers of the packages oci and ads take the profile too):

  from ocinb import ChatOCIModelDeploymentVLLM
  from ocinb.wire.profile import signer_from_profile
  model = ChatOCIModelDeploymentVLLM(endpoint={endpoint!r}, auth=signer_from_profile({profile!r}))

Ctrl-C ends it.
"""


_LOOKS_EVERY_S: Final = 0.5


def run(arguments: Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM, and print how to connect; never the key.

    Raises:
        OcinbError: the model cannot be fetched, found or loaded, or it died.
    """
    # A service manager's way to say Ctrl-C: both remove the key file.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    deployment = LocalDeployment(
        model=arguments.model,
        upstream=arguments.upstream,
        port=arguments.port,
        progress=Progress("Fetching a small model", sys.stderr),
    )
    with deployment, suppress(KeyboardInterrupt):
        profile = str(deployment.profile_path)
        sys.stdout.write(CONNECT.format(endpoint=deployment.endpoint, profile=profile))
        sys.stdout.flush()
        while deployment.running:
            time.sleep(_LOOKS_EVERY_S)
        msg = "the model's process ended by itself"
        raise OcinbError(msg, hint="is there enough memory? start it again")
    return 0
