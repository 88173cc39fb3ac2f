"""Tables whose rows are kept are not emptied either: a statement trigger refuses TRUNCATE.

Test databases are emptied by TRUNCATE between tests, so a session that says `lienthong.may_empty = on` may; no program
of ours says so.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import migrations

KEPT: Final = (
    "identity_levelrecord",
    "identity_counteract",
    "identity_account",
    "identity_assignment",
    "identity_countersession",
    "identity_onetimecode",
    "identity_post",
)

CREATE_FUNCTION: Final = """
CREATE FUNCTION identity_refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
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
FOR EACH STATEMENT EXECUTE FUNCTION identity_refuse_emptying()
"""


class Migration(migrations.Migration):
    """Triggers against TRUNCATE on the kept tables."""

    dependencies: ClassVar = [("identity", "0002_append_only")]

    operations: ClassVar = [
        migrations.RunSQL(CREATE_FUNCTION, "DROP FUNCTION identity_refuse_emptying()"),
        *(
            migrations.RunSQL(CREATE_TRIGGER.format(table=table), f"DROP TRIGGER {table}_never_emptied ON {table}")
            for table in KEPT
        ),
    ]
