"""Rows of the record are only ever added, and partitions are made by one function.

An action may be changed once, and in one way: what it tells is erased, and the hash of it stays. Cases, differences,
absences and serials change and are never deleted. No kept table is emptied; test databases say so by themselves.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import migrations

APPEND_ONLY: Final = ("cases_idempotencykey", "cases_filedreceipt")
NEVER_DELETED: Final = ("cases_case", "cases_filingdifference", "cases_absence", "cases_dayserial")

CREATE_FUNCTIONS: Final = """
CREATE FUNCTION cases_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added: record another action instead', TG_TABLE_NAME;
END
$$;
CREATE FUNCTION cases_refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never deleted', TG_TABLE_NAME;
END
$$;
CREATE FUNCTION cases_only_erase() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
       AND to_jsonb(NEW) - 'payload' - 'erased_at' = to_jsonb(OLD) - 'payload' - 'erased_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are only ever added: record another action instead', TG_TABLE_NAME;
END
$$;
CREATE FUNCTION cases_refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('lienthong.may_empty', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'the table % is never emptied', TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION cases_make_partition(wanted date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    first date := date_trunc('month', wanted);
    name text := 'cases_action_' || to_char(first, 'YYYY_MM');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('cases_make_partition'));
    -- What came before its partition stays in the rest, where it is read as well.
    IF to_regclass(name) IS NOT NULL OR EXISTS (SELECT FROM cases_action_rest WHERE case_month = first) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF cases_action FOR VALUES FROM (%L) TO (%L)',
        name, first, (first + interval '1 month')::date);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I '
        'FOR EACH STATEMENT EXECUTE FUNCTION cases_refuse_emptying()', name || '_never_emptied', name);
    RETURN true;
END
$$;
"""

DROP_FUNCTIONS: Final = """
DROP FUNCTION cases_make_partition(date);
DROP FUNCTION cases_refuse_emptying();
DROP FUNCTION cases_only_erase();
DROP FUNCTION cases_refuse_deletion();
DROP FUNCTION cases_refuse_change();
"""

TRIGGERS: Final = (
    ("cases_action", "append_only", "UPDATE OR DELETE", "ROW", "cases_only_erase"),
    *((table, "append_only", "UPDATE OR DELETE", "ROW", "cases_refuse_change") for table in APPEND_ONLY),
    *((table, "kept", "DELETE", "ROW", "cases_refuse_deletion") for table in NEVER_DELETED),
    *(
        (table, "never_emptied", "TRUNCATE", "STATEMENT", "cases_refuse_emptying")
        for table in ("cases_action", "cases_action_rest", *APPEND_ONLY, *NEVER_DELETED)
    ),
)

FIRST_PARTITIONS: Final = """
SELECT cases_make_partition((now() + month * interval '1 month')::date) FROM generate_series(-1, 3) AS month
"""


class Migration(migrations.Migration):
    """Triggers on the kept tables, and the partitions of the next months."""

    dependencies: ClassVar = [("cases", "0001_tables")]

    operations: ClassVar = [
        migrations.RunSQL(CREATE_FUNCTIONS, DROP_FUNCTIONS),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_{name} BEFORE {events} ON {table} FOR EACH {each} "
                f"EXECUTE FUNCTION {function}()",
                f"DROP TRIGGER {table}_{name} ON {table}",
            )
            for table, name, events, each, function in TRIGGERS
        ),
        migrations.RunSQL(FIRST_PARTITIONS, migrations.RunSQL.noop),
    ]
