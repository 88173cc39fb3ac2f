"""Append-only tables are not emptied either: a statement trigger refuses TRUNCATE.

Test databases are emptied by TRUNCATE between tests, so a session that says `lienthong.may_empty = on` may; no program
of ours says so.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import migrations

KEPT: Final = ("people_event", "people_cardstep", "people_allocatednumber", "people_lookup")

CREATE_FUNCTION: Final = """
CREATE FUNCTION people_refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('lienthong.may_empty', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'the table % is never emptied', TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$
"""

CREATE_TRIGGER: Final = """
CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION people_refuse_emptying()
"""


class Migration(migrations.Migration):
    """Triggers against TRUNCATE on the append-only tables."""

    dependencies: ClassVar = [("people", "0003_look_ups")]

    operations: ClassVar = [
        migrations.RunSQL(CREATE_FUNCTION, "DROP FUNCTION people_refuse_emptying()"),
        *(
            migrations.RunSQL(CREATE_TRIGGER.format(table=table), f"DROP TRIGGER {table}_never_emptied ON {table}")
            for table in KEPT
        ),
    ]
