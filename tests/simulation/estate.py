"""The server's database at the start of every run: one community, six units, three bills each.

It is made once in a process and copied back before each run. Everything in it is the same every time.
"""

import os
import tempfile
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from contract.journal_hash import public_key_text
from server.configuration import write_private
from tests.simulation.threads import START

KIOSK_IDS = (UUID(int=0xA1), UUID(int=0xA2))
KIOSK_CODES = ("K01", "K02")
BOSS = "boss"  # the company's own account, which may ask kiosks from afar
FOREIGN_ID, FOREIGN_CODE = UUID(int=0xA3), "K03"  # see ``foreign``
ACT_KEY = Ed25519PrivateKey.from_private_bytes(bytes([99] * 32))
ROOMS = ("1201", "1202", "1203", "1301", "1302", "1303")


def private_key(kiosk_id: UUID) -> bytes:
    """What a kiosk signs with."""
    return bytes([(*KIOSK_IDS, FOREIGN_ID).index(kiosk_id) + 1] * 32)


def set_up(first_state: bytes | None = None) -> bytes:
    """Sets Django up with a database in memory and returns the database's first state, which is made
    when another process has not made it already."""
    folder = Path(tempfile.mkdtemp(prefix="lobbypay-simulation-"))
    configuration = folder / "server.toml"
    configuration.write_text(f'[server]\ndata_folder = "{folder}/data"\n')
    os.environ["LOBBYPAY_SERVER_CONFIG"] = str(configuration)
    os.environ["DJANGO_SETTINGS_MODULE"] = "server.settings"
    os.environ.pop("LOBBYPAY_DATABASE_URL", None)
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = ":memory:"
    settings.LOGGING_CONFIG = None
    django.setup()
    _key_of_acts(Path(folder) / "data" / "keys")
    from django.core.management import call_command
    from django.db import connection

    if first_state is not None:
        connection.ensure_connection()
        return first_state
    call_command("migrate", verbosity=0)
    _populate()
    return connection.connection.serialize()


def _key_of_acts(folder: Path) -> None:
    """What the server signs acts with, in every process the same."""
    pem = ACT_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(folder / f"act-{public_key_text(ACT_KEY.public_key())}.pem", pem)


def restore(first_state: bytes) -> None:
    """The database as it was then, behind a new connection: SQLite's statements that were prepared
    before, with their triggers, do not outlive it."""
    from django.db import connection

    if connection.connection is not None:
        connection.connection.close()
        connection.connection = None
    connection.ensure_connection()
    connection.connection.deserialize(first_state)
    from tests.simulation.watch import watch_rows

    watch_rows()


def _populate() -> None:
    from django.contrib.auth import get_user_model

    from server.billing.packages.models import PackageOffer
    from server.estate.models import Community
    from server.fleet.models import Kiosk
    from server.remote_acts.models import ActKey
    from tests.server.payments import world

    get_user_model().objects.create_superuser(BOSS)
    key = public_key_text(ACT_KEY.public_key())
    ActKey.objects.create(position=1, public_key=key, made_at=START)
    of = world.community()
    Community.objects.update(part_min_minor=5_000)
    for room in ROOMS:
        home = world.unit(of, room)
        world.bills(home, "2026-08", "2026-09", "2026-10")
    PackageOffer.objects.create(
        community=of,
        name_zh="三个月套餐",
        name_en="Three months",
        months_given=3,
        months_paid=2,
        item_codes=["property"],
        on_sale_from=START.date(),
    )
    kiosks = zip((*KIOSK_IDS, FOREIGN_ID), (*KIOSK_CODES, FOREIGN_CODE), strict=True)
    for number, code in kiosks:
        key = Ed25519PrivateKey.from_private_bytes(private_key(number))
        Kiosk.objects.create(
            id=number,
            community=of,
            code=code,
            location_zh="大堂",
            location_en="Lobby",
            enrolled_at=START,
            public_key=public_key_text(key.public_key()),
        )
