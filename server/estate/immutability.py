"""What names a community or a unit to others stays what it is, or goes on naming the same one.

A printed bill names the community and the unit by their codes, for years; books, orders and takings
are in the community's currency and by its days. So these stay as they are from the first bill, payment
or posting on. A unit's code may be corrected. Once bills were printed with it, the old code goes on
finding the unit, and no other unit ever gets it: whoever scans an old bill, at a kiosk without a line
too, never sees another household.
"""

from server.ledger.guards import Guard, frozen, refusal, refused

_TAKEN = "this code is on printed bills of another unit and goes on finding that one"
_ENDED = "an occupancy is ended, not deleted: bills of its time hang on it"
_OF_ANOTHER = """EXISTS (SELECT 1 FROM estate_formerunitcode f
  WHERE f.community_id = NEW.community_id AND upper(f.code) = upper(NEW.code)
  AND f.unit_id <> NEW.id)"""
_KEEP = """INSERT INTO estate_formerunitcode (community_id, unit_id, code)
  SELECT OLD.community_id, OLD.id, OLD.code
  WHERE EXISTS (SELECT 1 FROM billing_bill b WHERE b.unit_id = OLD.id)
  AND NOT EXISTS (SELECT 1 FROM estate_formerunitcode f
    WHERE f.community_id = OLD.community_id AND f.code = OLD.code);"""


# A space passes to others with a later first day; with the same one its record was corrected.
_PASSES = """OLD.unit_id IS NOT NULL AND NEW.since IS NOT NULL
  AND (NEW.unit_id IS NULL OR NEW.unit_id <> OLD.unit_id OR NEW.holding <> OLD.holding)
  AND (OLD.since IS NULL OR NEW.since > OLD.since)"""
_HELD = """INSERT INTO estate_formerholding (community_id, space_id, unit_id, holding, since, until)
  SELECT OLD.community_id, OLD.id, OLD.unit_id, OLD.holding, OLD.since,
  CASE WHEN OLD.until < NEW.since THEN OLD.until ELSE {day_before} END;"""
_HELD_SQLITE = _HELD.format(day_before="date(NEW.since, '-1 day')")
_HELD_POSTGRESQL = _HELD.format(day_before="NEW.since - 1")
_HOLDING = "UPDATE OF unit_id, holding, since ON estate_parkingspace"


def _any(*tables: str, column: str) -> str:
    return " OR ".join(f"EXISTS (SELECT 1 FROM {t} t WHERE t.{column} = OLD.id)" for t in tables)


GUARDS = (
    frozen(
        "estate_community_stays_itself",
        "estate_community",
        ("code", "currency", "time_zone"),
        _any("billing_bill", "payments_paymentorder", "ledger_transaction", column="community_id"),
        "code, currency and time zone of a community with bills or payments are not changed",
    ),
    frozen(
        "estate_community_stays_real",
        "estate_community",
        ("test",),
        _any("payments_paymentorder", column="community_id"),
        "a community with payments stays a test community, or a real one",
    ),
    frozen(
        "estate_unit_stays_there",
        "estate_unit",
        ("community_id",),
        _any("billing_bill", "payments_paymentorder", "ledger_entry", column="unit_id"),
        "a unit with bills or payments stays in its community",
    ),
    Guard(
        "estate_occupancy_is_not_deleted",
        "estate_occupancy",
        sqlite=f"BEFORE DELETE ON estate_occupancy {refusal(_ENDED)}",
        postgresql="BEFORE DELETE ON estate_occupancy FOR EACH ROW",
        body=refused(_ENDED),
    ),
    Guard(
        "estate_unit_former_code_is_kept",
        "estate_unit",
        sqlite=f"AFTER UPDATE OF code ON estate_unit WHEN OLD.code <> NEW.code BEGIN {_KEEP} END",
        postgresql="AFTER UPDATE OF code ON estate_unit FOR EACH ROW",
        body=f"IF OLD.code <> NEW.code THEN {_KEEP} END IF; RETURN NULL;",
    ),
    Guard(
        "estate_parkingspace_former_holding_is_kept",
        "estate_parkingspace",
        sqlite=f"AFTER {_HOLDING} WHEN {_PASSES} BEGIN {_HELD_SQLITE} END",
        postgresql=f"AFTER {_HOLDING} FOR EACH ROW",
        body=f"IF {_PASSES} THEN {_HELD_POSTGRESQL} END IF; RETURN NULL;",
    ),
    # After the rows are written: who waits for another's rename then sees the code that it kept.
    Guard(
        "estate_unit_new_takes_no_others_code",
        "estate_unit",
        sqlite=f"AFTER INSERT ON estate_unit WHEN {_OF_ANOTHER} {refusal(_TAKEN)}",
        # Once for all rows of a statement: COPY brings thousands.
        postgresql="AFTER INSERT ON estate_unit REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
        body=f"IF EXISTS (SELECT FROM fresh WHERE {_OF_ANOTHER.replace('NEW.', 'fresh.')})"
        f" THEN {refused(_TAKEN)} END IF; RETURN NULL;",
    ),
    Guard(
        "estate_unit_renamed_takes_no_others_code",
        "estate_unit",
        sqlite=f"AFTER UPDATE OF code ON estate_unit WHEN {_OF_ANOTHER} {refusal(_TAKEN)}",
        postgresql="AFTER UPDATE OF code ON estate_unit FOR EACH ROW",
        body=f"IF {_OF_ANOTHER} THEN {refused(_TAKEN)} END IF; RETURN NULL;",
    ),
)
