"""What the tables refuse, whoever asks: changed figures, changed meanings, and cells that must not exist.

Rows of observations and targets are only ever added. An indicator's code, unit, rule and carrying stay, and no
indicator, source or plan is deleted. A figure of public order is of a province and a year and counts ten or more; one
that only others may publish was read somewhere and is of a province or the country. TRUNCATE is refused except to a
session that says `lienthong.may_empty = on`, which only tests do.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import migrations

APPEND_ONLY: Final = ("delivery_observation", "delivery_target")
NEVER_DELETED: Final = ("delivery_indicator", "delivery_source", "delivery_plan")

REFUSE_CHANGE: Final = """
CREATE FUNCTION delivery_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added: record the next version instead', TG_TABLE_NAME;
END
$$
"""
REFUSE_DELETION: Final = """
CREATE FUNCTION delivery_refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never deleted: figures rest on them', TG_TABLE_NAME;
END
$$
"""
REFUSE_EMPTYING: Final = """
CREATE FUNCTION delivery_refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('lienthong.may_empty', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'the table % is never emptied', TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$
"""
KEEP_MEANING: Final = """
CREATE FUNCTION delivery_keep_meaning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ROW(NEW.code, NEW.unit, NEW.rule, NEW.carry, NEW.part_of, NEW.is_illustrative)
        IS DISTINCT FROM ROW(OLD.code, OLD.unit, OLD.rule, OLD.carry, OLD.part_of, OLD.is_illustrative) THEN
        RAISE EXCEPTION 'the meaning of % stays: make another indicator', OLD.code;
    END IF;
    RETURN NEW;
END
$$
"""
REFUSE_CELL: Final = """
CREATE FUNCTION delivery_refuse_cell() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_indicator text;
BEGIN
    SELECT rule INTO of_indicator FROM delivery_indicator WHERE id = NEW.indicator_id;
    IF of_indicator = 'public-order' AND NOT (NEW.area_code ~ '^[0-9]{2}$' AND NEW.period ~ '^[0-9]{4}$'
        AND NEW.breakdown = '' AND NEW.value >= 10) THEN
        RAISE EXCEPTION 'figures of public order are of a province and a year, whole, and of ten or more';
    END IF;
    IF of_indicator = 'published-only' AND NOT (NEW.area_code ~ '^(VN|[0-9]{2})$' AND NEW.breakdown = ''
        AND NEW.origin IN ('document', 'file', 'seed')) THEN
        RAISE EXCEPTION 'this figure exists only as others published it, of a province or the country';
    END IF;
    RETURN NEW;
END
$$
"""


def _add(name: str, table: str, when: str, does: str) -> migrations.RunSQL:
    scope = "STATEMENT" if "TRUNCATE" in when else "ROW"
    create = f"CREATE TRIGGER {name} {when} ON {table} FOR EACH {scope} EXECUTE FUNCTION {does}()"
    return migrations.RunSQL(create, f"DROP TRIGGER {name} ON {table}")


class Migration(migrations.Migration):
    """Triggers on this house's tables."""

    dependencies: ClassVar = [("delivery", "0001_tables")]

    operations: ClassVar = [
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION delivery_refuse_change()"),
        migrations.RunSQL(REFUSE_DELETION, "DROP FUNCTION delivery_refuse_deletion()"),
        migrations.RunSQL(REFUSE_EMPTYING, "DROP FUNCTION delivery_refuse_emptying()"),
        migrations.RunSQL(KEEP_MEANING, "DROP FUNCTION delivery_keep_meaning()"),
        migrations.RunSQL(REFUSE_CELL, "DROP FUNCTION delivery_refuse_cell()"),
        *(
            _add(f"{table}_append_only", table, "BEFORE UPDATE OR DELETE", "delivery_refuse_change")
            for table in APPEND_ONLY
        ),
        *(_add(f"{table}_kept", table, "BEFORE DELETE", "delivery_refuse_deletion") for table in NEVER_DELETED),
        *(
            _add(f"{table}_never_emptied", table, "BEFORE TRUNCATE", "delivery_refuse_emptying")
            for table in (*APPEND_ONLY, *NEVER_DELETED)
        ),
        _add("delivery_indicator_meaning", "delivery_indicator", "BEFORE UPDATE", "delivery_keep_meaning"),
        _add("delivery_observation_cell", "delivery_observation", "BEFORE INSERT", "delivery_refuse_cell"),
    ]
