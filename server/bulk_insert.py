"""Many new rows of one table at once: COPY on PostgreSQL, ordinary INSERTs elsewhere."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Model

FEWEST = 50  # below that, INSERTs are as good
BATCH = 500


def insert_many(rows: Sequence[Model]) -> None:
    """Within the caller's transaction. The rows do not learn their keys. Checks, triggers and foreign
    keys hold as with any INSERT; raises IntegrityError and its like."""
    if connection.vendor != "postgresql" or len(rows) < FEWEST:
        if rows:
            type(rows[0])._base_manager.bulk_create(rows, batch_size=BATCH)
        return
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as into,
    ):
        for row in rows:
            into.write_row(
                [
                    field.get_db_prep_save(field.pre_save(row, add=True), connection)
                    for field in fields
                ]
            )
