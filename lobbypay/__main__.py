"""``python -m lobbypay``."""

import sys

from lobbypay.cli import main

sys.exit(main())
