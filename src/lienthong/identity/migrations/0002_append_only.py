"""Rows that say who checked, gave or did something are kept: triggers refuse to change or delete them.

Posts, assignments, counter sessions and codes may be ended (one column is set), never deleted. They guard against our
own mistakes; who owns the tables can drop them. TRUNCATE is refused by 0003. The table that
counts attempts comes here too: no model needs it.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import migrations

APPEND_ONLY: Final = ("identity_levelrecord", "identity_counteract")
NEVER_DELETED: Final = (
    "identity_account",
    "identity_assignment",
    "identity_countersession",
    "identity_onetimecode",
    "identity_post",
)

CREATE_FUNCTION: Final = """
CREATE FUNCTION identity_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are kept as they are', TG_TABLE_NAME;
END
$$
"""

CREATE_TRIGGER: Final = """
CREATE TRIGGER {table}_kept BEFORE {events} ON {table}
FOR EACH ROW EXECUTE FUNCTION identity_refuse_change()
"""

CREATE_ATTEMPTS: Final = """
CREATE UNLOGGED TABLE identity_attempt (
    key varchar(255) PRIMARY KEY, value text NOT NULL, expires_at timestamptz NOT NULL
);
CREATE INDEX identity_attempt_end ON identity_attempt (expires_at);
"""


def _guard(table: str, events: str) -> migrations.RunSQL:
    return migrations.RunSQL(CREATE_TRIGGER.format(table=table, events=events), f"DROP TRIGGER {table}_kept ON {table}")


class Migration(migrations.Migration):
    """Triggers on the kept tables, and the table of attempts."""

    dependencies: ClassVar = [("identity", "0001_tables")]

    operations: ClassVar = [
        migrations.RunSQL(CREATE_FUNCTION, "DROP FUNCTION identity_refuse_change()"),
        *(_guard(table, "UPDATE OR DELETE") for table in APPEND_ONLY),
        *(_guard(table, "DELETE") for table in NEVER_DELETED),
        migrations.RunSQL(CREATE_ATTEMPTS, "DROP TABLE identity_attempt"),
    ]
