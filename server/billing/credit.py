"""A unit's credit: money is deposited, used for its open bills, paid out. What there is, the books alone
say; every act locks the unit, so that two clerks at once never spend the same money.

Less than nought it can only become where a channel takes money back that was used already.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from server.billing.amounts import open_minor, terms_of
from server.billing.credit_moves import CreditAgreement, CreditMove
from server.billing.leases import BillNotOpen, key_of, lock, may_be_paid, refuse_held
from server.billing.merged_units import paid_with
from server.billing.models import Bill, BillKind, BillLine, BillState, FeeItem
from server.billing.settlement import CREDIT, Part, Taken, settle_together
from server.billing.unit_accounts import credit_minor
from server.estate.models import Community, Unit
from server.estate.row_locks import hold_community, hold_heirs, hold_unit
from server.ledger import posting
from server.ledger.posting import Line
from server.staff import audit
from server.staff.people import Person

SYSTEM = Person("billing run")
_RUNS = uuid.UUID("6a9d0a56-3c1b-4b5e-9a54-2f6b3a1f7c10")  # what keys of runs' own uses are made of
Kind = CreditMove.Kind


class TooLittleCredit(Exception):
    """``credit_minor``: what there is."""

    def __init__(self, minor: int) -> None:
        super().__init__(f"the unit has {minor} of credit")
        self.credit_minor = minor


class KeyReused(Exception):
    """The same key came for something else."""


@transaction.atomic
def deposit_by(
    person: Person,
    unit: Unit,
    amount_minor: int,
    how: str,
    *,
    key: str,
    note: str,
    today: date,
    at: datetime,
) -> CreditMove:
    """Money that was taken at the counter; for a unit that was merged it is credit of the one that stays.
    The same ``key`` answers what was done then. Raises KeyReused, ValueError for what is no amount."""
    _checked(amount_minor)
    unit = _locked(unit)
    unit = hold_unit(hold_heirs([unit.pk])[unit.pk])
    if (known := _known(key, unit, Kind.DEPOSIT, amount_minor, how)) is not None:
        return known
    before = credit_minor(unit)
    move = write_move(unit, Kind.DEPOSIT, amount_minor, how, key, note, person, today, at)
    lines = [
        Line(f"clearing:{how}", amount_minor, unit.pk),
        Line("credit", -amount_minor, unit.pk),
    ]
    _post(unit, "deposit", key, lines, at)
    _note(person, "credit_deposited", unit, note, at, before, move)
    return move


@transaction.atomic
def pay_out_by(
    person: Person,
    unit: Unit,
    amount_minor: int,
    how: str,
    reason: str,
    *,
    key: str,
    today: date,
    at: datetime,
) -> CreditMove:
    """Credit that is given back to the resident. Raises TooLittleCredit, ReasonMissing, KeyReused."""
    _checked(amount_minor)
    unit = _locked(unit)
    if (known := _known(key, unit, Kind.PAID_OUT, amount_minor, how)) is not None:
        return known
    before = credit_minor(unit)
    if before < amount_minor:
        raise TooLittleCredit(before)
    said = audit.reason_of(reason)
    move = write_move(unit, Kind.PAID_OUT, amount_minor, how, key, said[:120], person, today, at)
    lines = [
        Line("credit", amount_minor, unit.pk),
        Line(f"clearing:{how}", -amount_minor, unit.pk),
    ]
    _post(unit, "credit_paid_out", key, lines, at)
    _note(person, "credit_paid_out", unit, reason, at, before, move)
    return move


@transaction.atomic
def move_by(
    person: Person,
    unit: Unit,
    to: Unit,
    amount_minor: int,
    reason: str,
    *,
    key: str,
    today: date,
    at: datetime,
) -> None:
    """Credit of one unit becomes another's of the same community; of both it is a move. The same ``key``
    does it once. Raises TooLittleCredit, ReasonMissing, ValueError for what is no amount."""
    _checked(amount_minor)
    said = audit.reason_of(reason)[:120]
    unit, to = _locked(unit), hold_unit(to.pk)
    if CreditMove.objects.filter(key=key).exists():
        return
    before = credit_minor(unit), credit_minor(to)
    if before[0] < amount_minor:
        raise TooLittleCredit(before[0])
    out = write_move(unit, Kind.MOVED_OUT, amount_minor, "", key, said, person, today, at)
    other = str(uuid.uuid5(_RUNS, key))
    came = write_move(to, Kind.MOVED_IN, amount_minor, "", other, said, person, today, at)
    lines = [Line("credit", amount_minor, unit.pk), Line("credit", -amount_minor, to.pk)]
    _post(unit, "credit_moved", key, lines, at)
    _note(person, "credit_moved", unit, reason, at, before[0], out, to=to.code)
    _note(person, "credit_moved", to, reason, at, before[1], came, of=unit.code)


@transaction.atomic
def use_by(
    person: Person,
    unit: Unit,
    bills: Sequence[Bill],
    *,
    key: str,
    today: date,
    at: datetime,
    reason: str = "",
) -> CreditMove:
    """Pays these open bills whole, late fee of ``today`` included, or none of them; also of units that
    went into this one. Raises BillNotOpen, BillLeased, TooLittleCredit, KeyReused, ValueError for no
    bill."""
    unit = _locked(unit)
    known = CreditMove.objects.filter(key=key).first()
    if known is not None:
        return _known(key, unit, Kind.USED, known.amount_minor, "") or known
    rows, own = lock(bills), paid_with(unit, today)
    for bill in rows:
        if bill.state != BillState.OPEN or bill.unit_id not in own:
            raise BillNotOpen(bill)
    refuse_held(rows)
    terms = terms_of(unit.community_id)
    parts = [Part(bill, open_minor(bill, today, terms)) for bill in rows]
    return _use(person, unit, parts, key, today, at, reason)


@transaction.atomic
def use_oldest_first(
    person: Person,
    unit: Unit,
    *,
    key: str,
    today: date,
    at: datetime,
    reason: str = "",
    items: Collection[str] = (),
) -> CreditMove | None:
    """Pays the unit's own open bills whole, the oldest first, as far as the credit reaches; None when it
    reaches none. With ``items``, codes of fee items, only bills that charge nothing else. Bills that may
    be paid already are passed over, and packages, which are paid by choice, as are bills of units that
    went into it: they may be another's debt. It ends before one that costs more."""
    unit = _locked(unit)
    known = CreditMove.objects.filter(key=key).first()
    if known is not None:
        return _known(key, unit, Kind.USED, known.amount_minor, "")
    there, parts = credit_minor(unit), []
    rows = Bill.objects.filter(unit=unit, state=BillState.OPEN)
    if items:
        others = BillLine.objects.filter(bill=OuterRef("pk")).exclude(fee_item__code__in=items)
        rows = rows.exclude(Exists(others))
    held, terms = may_be_paid([unit.pk]), terms_of(unit.community_id)
    for bill in sorted(lock(rows), key=lambda bill: (bill.period, bill.pk)):
        if bill.state != BillState.OPEN or key_of(bill) in held or bill.kind == BillKind.PACKAGE:
            continue
        minor = open_minor(bill, today, terms)
        if minor > there:
            break
        there -= minor
        parts.append(Part(bill, minor))
    return _use(person, unit, parts, key, today, at, reason) if parts else None


def use_agreed(community: Community, run: int, *, today: date, at: datetime) -> int:
    """After a billing run: the credit of each unit that agreed is used, once for the run. Returns how
    many units' was; what a crash kept from it, the same run called again does."""
    used = 0
    rows = CreditAgreement.objects.filter(community=community, ended_at=None).order_by("unit")
    for row in rows.select_related("unit__community"):
        key = str(uuid.uuid5(_RUNS, f"{run} {row.unit_id}"))
        by = {"key": key, "today": today, "at": at, "reason": f"billing run {run}"}
        if use_oldest_first(SYSTEM, row.unit, items=row.item_codes, **by):
            used += 1
    return used


@transaction.atomic
def agree_by(
    person: Person,
    unit: Unit,
    agreed_by: str,
    agreed_on: date,
    at: datetime,
    items: Collection[str] = (),
) -> CreditAgreement:
    """The one agreement of the unit; an earlier one ends. ``items``: codes of fee items, none for all.
    Raises ValueError for one that the community does not have."""
    unit = _locked(unit)
    known = FeeItem.objects.filter(community=unit.community_id, code__in=items)
    codes = list(known.values_list("code", flat=True))
    if set(items) - set(codes):
        raise ValueError(items)
    _end_agreement(unit, at)
    made = CreditAgreement.objects.create(
        community_id=unit.community_id,
        unit=unit,
        agreed_by=agreed_by,
        agreed_on=agreed_on,
        item_codes=codes,
        noted_by_name=person.name,
        noted_at=at,
    )
    after = {"agreed_by": agreed_by, "agreed_on": agreed_on, "items": codes}
    audit.note(unit.community_id, person, "credit_agreed", ("unit", str(unit.pk)), at, after=after)
    return made


@transaction.atomic
def end_agreement_by(person: Person, unit: Unit, reason: str, at: datetime) -> bool:
    """False when there was none. Raises ReasonMissing."""
    unit = _locked(unit)
    if not _end_agreement(unit, at):
        return False
    subject = ("unit", str(unit.pk))
    audit.record(unit.community_id, person, "credit_agreement_ended", subject, reason, at)
    return True


def end_agreement(unit: Unit, at: datetime) -> None:
    """Of a unit that is no more; within the caller's transaction, which records why."""
    _end_agreement(unit, at)


def agreement_of(unit: Unit) -> CreditAgreement | None:
    return CreditAgreement.objects.filter(unit=unit, ended_at=None).first()


def _use(
    person: Person,
    unit: Unit,
    parts: Sequence[Part],
    key: str,
    today: date,
    at: datetime,
    reason: str,
) -> CreditMove:
    total, before = sum(part.amount_minor for part in parts), credit_minor(unit)
    if not parts:
        raise ValueError("credit is used for at least one bill")
    if before < total:
        raise TooLittleCredit(before)
    move = write_move(unit, Kind.USED, total, "", key, "", person, today, at)
    currency = unit.community.currency
    settle_together([Taken(unit, parts, CREDIT, key, today, currency=currency)], at=at)
    numbers = [part.bill.number for part in parts]
    _note(person, "credit_used", unit, reason, at, before, move, bills=numbers)
    return move


def _locked(unit: Unit) -> Unit:
    """The community first, whose receipts are numbered by one at a time, then the unit."""
    hold_community(unit.community_id)
    return hold_unit(unit.pk)


def _checked(amount_minor: int) -> None:
    if type(amount_minor) is not int or amount_minor <= 0:
        raise ValueError(amount_minor)


def _known(key: str, unit: Unit, kind: str, amount_minor: int, how: str) -> CreditMove | None:
    known = CreditMove.objects.filter(key=key).first()
    if known is None:
        return None
    if (known.unit_id, known.kind, known.amount_minor, known.how) != (
        unit.pk,
        kind,
        amount_minor,
        how,
    ):
        raise KeyReused(key)
    return known


def write_move(
    unit: Unit,
    kind: str,
    amount_minor: int,
    how: str,
    key: str,
    note: str,
    person: Person,
    today: date,
    at: datetime,
) -> CreditMove:
    """A row with the next number; the caller books it, in the same transaction, and holds the unit."""
    count = CreditMove.objects.filter(community=unit.community_id).count()
    return CreditMove.objects.create(
        community_id=unit.community_id,
        unit=unit,
        kind=kind,
        number=f"C{unit.community_id:04d}-{count + 1:06d}",
        key=key,
        amount_minor=amount_minor,
        how=how,
        note=note,
        person_name=person.name,
        day=today,
        at=at,
    )


def _end_agreement(unit: Unit, at: datetime) -> int:
    return CreditAgreement.objects.filter(unit=unit, ended_at=None).update(ended_at=at)


def _post(unit: Unit, kind: str, key: str, lines: list[Line], at: datetime) -> None:
    posting.post(unit.community_id, kind, key, lines, currency=unit.community.currency, at=at)


def _note(
    person: Person,
    act: str,
    unit: Unit,
    reason: str,
    at: datetime,
    before: int,
    move: CreditMove,
    **more: object,
) -> None:
    after = {"credit_minor": credit_minor(unit), "number": move.number, **more}
    subject = ("unit", str(unit.pk))
    audit.note(
        unit.community_id,
        person,
        act,
        subject,
        at,
        reason=reason,
        before={"credit_minor": before},
        after=after,
    )
