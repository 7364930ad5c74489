"""Starts Django's half of the server in this process on a PostgreSQL of its own, for benchmarks."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.server import postgres

_SYNCED = ("listen_addresses=",)  # each commit reaches the disk, as in production


@contextmanager
def server() -> Iterator[Path]:
    """An empty database with all tables, while the block lasts; gives a folder for files."""
    bin_folder = postgres.programs()
    if bin_folder is None:
        sys.exit("PostgreSQL is not installed; make setup installs it")
    with postgres.running(bin_folder, _SYNCED) as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        configuration = folder / "server.toml"
        configuration.write_text(f'[server]\ndata_folder = "{folder}/data"\n')
        os.environ["LOBBYPAY_SERVER_CONFIG"] = str(configuration)
        os.environ["LOBBYPAY_DATABASE_URL"] = url
        os.environ["DJANGO_SETTINGS_MODULE"] = "server.settings"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
        yield folder
