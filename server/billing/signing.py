"""Keys that sign bill codes. The private half is a file in the data folder, never in the database."""

from datetime import date, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.utils.translation import gettext as _

from contract import base64url, bill_code, messages
from contract.bill_code import BillCode, TrustedKey
from contract.business_day import business_day
from contract.money import Money
from server.billing.amounts import open_minor, terms_of
from server.billing.models import Bill, BillSigningKey
from server.configuration import write_private
from server.estate.models import Community

KEY_LIFE = timedelta(days=3 * 365)


class SigningKeyMissing(Exception):
    """No key can sign for the community: none was made, or its file is not in the data folder."""


def create_key(community: Community, *, now: datetime) -> BillSigningKey:
    """Makes a new key pair; from now on it signs, older keys are believed until their last day."""
    private = Ed25519PrivateKey.generate()
    key_id = bill_code.key_id(private.public_key()).hex()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(_file(key_id), pem)  # before the row: a row without a file could not sign
    return BillSigningKey.objects.create(
        community=community,
        key_id=key_id,
        public_key=base64url.encode(
            private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        ),
        not_after=business_day(now + KEY_LIFE, community.time_zone),
        created_at=now,
    )


def bill_keys(community: Community) -> list[messages.BillKey]:
    """All public keys of the community, newest first, as kiosks get them."""
    return [
        messages.BillKey(key_id=key.key_id, public_key=key.public_key, not_after=key.not_after)
        for key in BillSigningKey.objects.filter(community=community)
    ]


def trusted_keys(community: Community) -> dict[bytes, TrustedKey]:
    """The same keys as ``contract.bill_code.read`` wants them."""
    return {
        bytes.fromhex(key.key_id): TrustedKey(base64url.decode(key.public_key), key.not_after)
        for key in BillSigningKey.objects.filter(community=community)
    }


def bill_url(bill: Bill, today: date) -> str:
    """The signed address that the bill's QR code holds: what is open on ``today``.

    Raises SigningKeyMissing.
    """
    amount = open_minor(bill, today, terms_of(bill.community_id))
    code = BillCode(
        community=bill.community.code,
        bill_number=bill.number,
        unit=bill.unit.code,
        amount=Money(amount, bill.currency),
        due=bill.due,
    )
    return bill_code.encode(code, _signing_key(bill.community), settings.PUBLIC_URL)


def _signing_key(community: Community) -> Ed25519PrivateKey:
    newest = BillSigningKey.objects.filter(community=community).first()
    if newest is None:
        raise SigningKeyMissing(
            _(
                "community %(code)s has no bill signing key;"
                " make one with: lobbypay server create-signing-key --community %(code)s"
            )
            % {"code": community.code}
        )
    try:
        private = load_pem_private_key(_file(newest.key_id).read_bytes(), password=None)
    except OSError as error:
        raise SigningKeyMissing(
            _(
                "the file of key %(key)s cannot be read (%(reason)s) in the data folder;"
                " bring it back from the backup, or make a new key"
            )
            % {"key": newest.key_id, "reason": error.strerror}
        ) from error
    if not isinstance(private, Ed25519PrivateKey):
        said = _("the file of key %(key)s does not hold an Ed25519 key")
        raise SigningKeyMissing(said % {"key": newest.key_id})
    return private


def _file(key_id: str) -> Path:
    return Path(settings.DATA_FOLDER) / "keys" / f"bill-{key_id}.pem"
