"""Writes received journal entries: many at once, each once. Never changes one that is there."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Model

from contract.key_change import KEY_CHANGED
from contract.messages import EntryKind
from server.payments.models import JournalEntry

ROWS_A_STATEMENT = 500


def newest(kiosk_id: str) -> tuple[int, str]:
    """Sequence and hash of the newest entry that is here; nought and nothing when there is none."""
    of = JournalEntry.objects.filter(kiosk_id=kiosk_id).order_by("-sequence")
    return of.values_list("sequence", "hash").first() or (0, "")


def proven(kiosk_id: str, sequences: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Hash and signature of those entries that are here: both were checked when they came."""
    if not sequences:
        return {}
    here = JournalEntry.objects.filter(kiosk_id=kiosk_id, sequence__in=sequences)
    rows = here.values_list("sequence", "hash", "signature")
    return {sequence: (digest, signature) for sequence, digest, signature in rows}


def named_since(kiosk_id: str, position: int) -> str:
    """The newest key (base64url, raw) that entries after ``position`` name; empty for none. Entries of
    any form are here: what names no key as it is named is passed over."""
    notes = JournalEntry.objects.filter(
        kiosk_id=kiosk_id, kind=EntryKind.NOTE.value, sequence__gt=position
    )
    bodies = notes.filter(body__contains=f'"{KEY_CHANGED}"').order_by("-sequence")
    for body in bodies.values_list("body", flat=True):
        told = body if isinstance(body, dict) else {}
        named = told.get("public_key")
        if told.get("what") == KEY_CHANGED and isinstance(named, str):
            return named
    return ""


def write(entries: Sequence[JournalEntry]) -> None:
    """Raises django.db.IntegrityError when one of them is there already.

    PostgreSQL takes them by COPY: as arrays in a statement, their JSON would be quoted twice, which
    costs more than everything else that is done with a batch.
    """
    if connection.vendor == "postgresql" and len(entries) > 1:
        _copy(entries)
    else:
        JournalEntry.objects.bulk_create(entries, batch_size=ROWS_A_STATEMENT)


def _copy(entries: Sequence[Model]) -> None:
    fields = [f for f in JournalEntry._meta.concrete_fields if not f.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        statement = f'COPY "{JournalEntry._meta.db_table}" ({columns}) FROM STDIN'
        with cursor.copy(statement) as copy:
            for entry in entries:
                copy.write_row(
                    [f.get_db_prep_save(getattr(entry, f.attname), connection) for f in fields]
                )
