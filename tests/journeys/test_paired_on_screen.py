"""A machine that lost its identity: a phone that is signed in reads the code on its screen, says which
kiosk it is, and the machine goes on by itself; and its key is replaced from afar."""

import re
import sqlite3
from contextlib import closing

import pytest
import requests
import zxingcpp
from PIL import Image

from kiosk.central import identity
from kiosk.central.identity import public_text
from kiosk.journal.verification import verify

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class Phone:
    """A technician's, signed in at the staff pages."""

    def __init__(self, house):
        self.url, self.line = house.server_url, requests.Session()
        self.line.trust_env = False
        page = self.line.get(f"{self.url}/staff/login/")
        self.page = self.post(page, username="demo", password=house.staff_password)

    def post(self, page, **given):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token is not None, page.url
        given["csrfmiddlewaretoken"] = token[1]
        return self.line.post(page.url, given, headers={"Referer": page.url})

    def asks(self, kiosk_id, kind):
        """An act from afar, by the form of the staff pages."""
        target = f"kiosk:{kiosk_id}"
        page = self.line.get(
            f"{self.url}/staff/fleet/acts/ask/", params={"kind": kind, "target": target}
        )
        wish = re.search(r'name="wish" value="([^"]+)"', page.text)
        assert wish is not None, page.text
        given = {"kind": kind, "target": target, "minutes": "60", "reason": "每年一换"}
        return self.post(page, **given, wish=wish[1])

    def pairs(self, url, code, kiosk):
        """Opens what the QR code says, types the code, chooses the kiosk."""
        page = self.line.get(url)
        value = re.search(rf'<option value="([^"]+)">[^<]*{kiosk} ', page.text)
        assert value is not None, page.text
        return self.post(page, code=code, kiosk=value[1], reason="换了硬盘")


def read(picture):
    """What a phone's camera reads there."""
    (found,) = zxingcpp.read_barcodes(Image.open(picture))
    return found.text


def test_a_machine_without_an_identity_is_paired_on_its_own_screen(lobby, tmp_path):
    house, glass = lobby.house, lobby.glass
    glass.wait_for("attract", for_s=60)
    house.stop("kiosk")
    (house.folder / "kiosk" / "identity.json").unlink()
    lobby.restart_kiosk()
    glass.wait_for("pairing", for_s=60)
    shown = glass.wait("a code", lambda s: any("后换新码" in t for t in s["texts"]), 30)
    code = next(t for t in shown["texts"] if re.fullmatch(r"[A-Z0-9]{3} [A-Z0-9]{3}", t))
    assert any(house.server_url in t for t in shown["texts"])
    url = read(glass.display.picture(tmp_path / "screen.png"))
    answer = Phone(house).pairs(url, code, "K03")
    assert answer.status_code == 200, answer.text
    glass.wait_for("attract", for_s=90)
    lobby.names(lobby.unit(1)[0])
    glass.tap("end")
    glass.wait_for("attract")


def test_its_key_is_replaced_from_afar_and_it_goes_on_by_itself(lobby):
    house, glass = lobby.house, lobby.glass
    glass.wait_for("attract", for_s=60)
    folder = house.folder / "kiosk"
    before = identity.load(folder)
    asked = Phone(house).asks(before.kiosk_id, "new_key")
    assert asked.status_code == 200, asked.text
    lobby.wait_until(
        "another key", lambda: public_text(identity.load(folder).key) != public_text(before.key)
    )
    lobby.wait_until(
        "a start by the new key", lambda: house_knows(house, identity.load(folder)), 90
    )
    glass.wait_for("attract", for_s=90)
    me = identity.load(folder)
    assert me.earlier[0].private_bytes_raw() == before.key.private_bytes_raw()
    assert verify(house.journal, public_text(me.key)) == verify(
        house.journal, public_text(before.key)
    )
    lobby.names(lobby.unit(1)[0])
    glass.tap("end")
    glass.wait_for("attract")


def house_knows(house, me):
    """Whether the server has heard the kiosk by this key."""
    with closing(sqlite3.connect(f"file:{house.server_db}?mode=ro", uri=True)) as db:
        keys = [row[0] for row in db.execute("SELECT public_key FROM fleet_kiosk")]
    return public_text(me.key) in keys
