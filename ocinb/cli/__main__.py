"""`python -m ocinb.cli`: the command where its script is not on the path."""

import sys

from ocinb.cli.command import main

sys.exit(main())
