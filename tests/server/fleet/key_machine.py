"""A kiosk that replaces its key, by the kiosk's own code, at the real server: its disk, and the line that
loses answers."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.utils import timezone

from contract.messages import EntryKind
from kiosk.central import client as client_module
from kiosk.central import identity
from kiosk.central.client import CentralClient
from kiosk.central.identity import public_text
from kiosk.central.key_change import replace_key
from kiosk.central.outbox import Outbox
from kiosk.journal.continuation import current
from kiosk.journal.opening import open_journal
from kiosk.journal.verification import verify
from server.fleet import enrolment
from server.fleet.models import Kiosk


class Line:
    """Between kiosk and server. ``loses``: so many of the next answers."""

    def __init__(self):
        self.client, self.loses, self.sent = Client(raise_request_exception=False), 0, []

    def request(self, method, url, *, data, headers, **_):
        path = url.removeprefix("https://pay.example.com")
        self.sent.append((method, path, data, headers))
        answer = self.client.generic(
            method, path, data or b"", content_type="application/json", headers=headers
        )
        if self.loses and path.endswith("/keys"):
            self.loses -= 1
            raise client_module.requests.ConnectionError("lost")
        return answer


class Machine:
    """The kiosk's disk, and the programs that run from it one after the other."""

    def __init__(self, folder, row, line):
        self.folder, self.row, self.line = folder, row, line
        key = Ed25519PrivateKey.generate()
        enrolment.give_key(row, public_text(key), timezone.now())
        self.names = (str(row.pk), row.code, row.community.code)
        me = identity.Identity(*self.names, key, "a" * 43)
        identity.save(folder, me)
        self.first = public_text(key)
        self.begin()

    def begin(self):
        """A start of the program."""
        self.me = identity.load(self.folder)
        self.client = CentralClient.of("https://pay.example.com", self.me, 5)
        self.journal = open_journal(self.folder, self.me.seal, timezone.now)
        self.outbox = Outbox(self.client, self.journal, lambda: None)

    def again(self):
        self.journal.close()
        self.begin()

    @property
    def key(self):
        return public_text(self.me.key)

    def writes(self, words):
        return self.journal.append(EntryKind.NOTE, {"what": words})

    def replaces_its_key(self, act_id=""):
        replace_key(self.folder, self.me, self.client.change_key, act_id)

    def works(self):
        """The server hears it, and has all that is in its journal."""
        self.client.config()
        self.outbox.deliver()
        assert self.journal.acknowledged() == self.journal.last_sequence
        held = Kiosk.objects.get(pk=self.row.pk)
        assert held.journal_sequence == self.journal.last_sequence
        assert not held.stopped
        assert verify(current(self.folder), self.first) == self.journal.last_sequence
        assert verify(current(self.folder), self.key) == self.journal.last_sequence
        return held
