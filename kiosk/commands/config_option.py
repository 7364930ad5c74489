"""``--config``: the option of every command that reads the kiosk's settings."""

import argparse
from pathlib import Path

DEFAULT_CONFIG = Path("/etc/lobbypay/kiosk.toml")


def add_config_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG)
