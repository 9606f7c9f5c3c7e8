"""`python -m wattshift` is the console command `wattshift`."""

import sys

from wattshift.data.cli import main

sys.exit(main())
