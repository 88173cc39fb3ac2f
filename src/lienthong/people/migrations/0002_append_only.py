"""Rows of these tables are only ever added: a trigger refuses to change or delete one.

It guards against our own mistakes and against an administrator's slip. Who owns the tables can drop it; what
then shows a change is the evidence of the exchanges and the backups. TRUNCATE is refused by 0004.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import migrations

APPEND_ONLY: Final = ("people_event", "people_cardstep", "people_allocatednumber")

CREATE_FUNCTION: Final = """
CREATE FUNCTION people_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added: record another event instead', TG_TABLE_NAME;
END
$$
"""

CREATE_TRIGGER: Final = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION people_refuse_change()
"""


class Migration(migrations.Migration):
    """Triggers on the append-only tables."""

    dependencies: ClassVar = [("people", "0001_tables")]

    operations: ClassVar = [
        migrations.RunSQL(CREATE_FUNCTION, "DROP FUNCTION people_refuse_change()"),
        *(
            migrations.RunSQL(CREATE_TRIGGER.format(table=table), f"DROP TRIGGER {table}_append_only ON {table}")
            for table in APPEND_ONLY
        ),
    ]
