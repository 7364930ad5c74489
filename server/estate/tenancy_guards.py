"""The database's own word that rows of two communities do not mix, and that none changes its community.

A foreign key cannot say it, so triggers do; they are made from the models of all rooms.
"""

from django.apps import apps

from server.estate.tenancy import is_tenant, links_of
from server.ledger.guards import Guard, refusal, refused

_STAYS = "a row stays in its community"


def guards() -> list[Guard]:
    """One for each table of tenants, and one for each event on each link between two of them."""
    found = []
    for model in apps.get_models():
        if not is_tenant(model):
            continue
        table = model._meta.db_table
        found.append(_stays(table))
        for field in links_of(model):
            theirs = field.related_model._meta
            found += _belongs(table, str(field.column), theirs.db_table, theirs.pk.column)
    return found


def _stays(table: str) -> Guard:
    changed = "OLD.community_id <> NEW.community_id"
    event = f"BEFORE UPDATE OF community_id ON {table}"
    return Guard(
        f"tenancy_{table}_stays",
        table,
        sqlite=f"{event} WHEN {changed} {refusal(_STAYS)}",
        postgresql=f"{event} FOR EACH ROW",
        body=f"IF {changed} THEN {refused(_STAYS)} END IF; RETURN NEW;",
    )


def _belongs(table: str, column: str, theirs: str, key: str) -> list[Guard]:
    """A link that is null belongs to nobody, and one that leads nowhere is for the foreign key."""
    wrong = (
        f"(SELECT t.community_id FROM {theirs} t WHERE t.{key} = NEW.{column}) <> NEW.community_id"
    )
    message, moved = f"{column} of another community", f"UPDATE OF {column} ON {table}"
    return [
        Guard(
            f"tenancy_{table}_{column}_new",
            table,
            sqlite=f"BEFORE INSERT ON {table} WHEN {wrong} {refusal(message)}",
            # Once for all rows of a statement: COPY brings thousands.
            postgresql=f"AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
            body=f"IF EXISTS (SELECT FROM fresh WHERE {wrong.replace('NEW.', 'fresh.')})"
            f" THEN {refused(message)} END IF; RETURN NULL;",
            by_index=True,
        ),
        Guard(
            f"tenancy_{table}_{column}_moved",
            table,
            sqlite=f"BEFORE {moved} WHEN {wrong} {refusal(message)}",
            postgresql=f"BEFORE {moved} FOR EACH ROW",
            body=f"IF {wrong} THEN {refused(message)} END IF; RETURN NEW;",
        ),
    ]
