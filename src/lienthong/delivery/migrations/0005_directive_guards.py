"""What the tables of directives, tasks and sessions refuse, whoever asks.

Steps and proofs of tasks are only ever added. Directives, candidates, tasks, questions, sessions and conclusions are
never deleted. A directive's key stays (a day that was not known may be added), a candidate is decided once and its
words change only to nothing, a conclusion's words stay, and whatever belongs to a frozen session stays as it was.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import migrations

APPEND_ONLY: Final = ("delivery_taskstep", "delivery_taskproof")
NEVER_DELETED: Final = (
    "delivery_directive",
    "delivery_directivepart",
    "delivery_directiverelation",
    "delivery_readdocument",
    "delivery_candidate",
    "delivery_task",
    "delivery_taskcoowner",
    "delivery_taskask",
    "delivery_workingsession",
    "delivery_conclusion",
)

KEEP_KEY: Final = """
CREATE FUNCTION delivery_keep_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ROW(NEW.number, NEW.issuer, NEW.is_illustrative)
        IS DISTINCT FROM ROW(OLD.number, OLD.issuer, OLD.is_illustrative)
        OR (OLD.issued_on IS NOT NULL AND NEW.issued_on IS DISTINCT FROM OLD.issued_on) THEN
        RAISE EXCEPTION 'the key of directive % stays: number, issuer and day', OLD.number;
    END IF;
    RETURN NEW;
END
$$
"""
DECIDE_ONCE: Final = """
CREATE FUNCTION delivery_decide_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'open' AND ROW(NEW.state, NEW.decided_by_id, NEW.decided_at, NEW.became, NEW.reason)
        IS DISTINCT FROM ROW(OLD.state, OLD.decided_by_id, OLD.decided_at, OLD.became, OLD.reason) THEN
        RAISE EXCEPTION 'candidate % was decided before: a decision stays', OLD.id;
    END IF;
    IF NEW.sentence <> '' AND ROW(NEW.sentence, NEW.found, NEW.kind, NEW.start, NEW."end")
        IS DISTINCT FROM ROW(OLD.sentence, OLD.found, OLD.kind, OLD.start, OLD."end") THEN
        RAISE EXCEPTION 'what was found stays as it was found; corrections are another column';
    END IF;
    RETURN NEW;
END
$$
"""
KEEP_CONCLUSION: Final = """
CREATE FUNCTION delivery_keep_conclusion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.text <> OLD.text OR NEW.session_id <> OLD.session_id
        OR (OLD.task_id IS NOT NULL AND NEW.task_id IS DISTINCT FROM OLD.task_id) THEN
        RAISE EXCEPTION 'the words of a conclusion and the task that it became stay';
    END IF;
    RETURN NEW;
END
$$
"""
KEEP_FROZEN: Final = """
CREATE FUNCTION delivery_keep_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its_stage text;
BEGIN
    SELECT stage INTO its_stage FROM delivery_workingsession WHERE id = COALESCE(NEW.session_id, OLD.session_id);
    IF its_stage <> 'draft' THEN
        RAISE EXCEPTION 'the session is frozen: its agenda and materials stay as they were';
    END IF;
    RETURN COALESCE(NEW, OLD);
END
$$
"""
KEEP_SESSION: Final = """
CREATE FUNCTION delivery_keep_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.stage <> 'draft' AND (NEW.stage = 'draft' OR (OLD.stage = 'concluded' AND NEW.stage <> 'concluded')
        OR ROW(NEW.code, NEW.title, NEW.held_on, NEW.data_on, NEW.frozen_at, NEW.frozen_digest, NEW.is_illustrative)
        IS DISTINCT FROM
        ROW(OLD.code, OLD.title, OLD.held_on, OLD.data_on, OLD.frozen_at, OLD.frozen_digest, OLD.is_illustrative)) THEN
        RAISE EXCEPTION 'session % is frozen: it stays as it was and only goes on', OLD.code;
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
    """Triggers on these tables."""

    dependencies: ClassVar = [("delivery", "0004_directives")]

    operations: ClassVar = [
        migrations.RunSQL(KEEP_KEY, "DROP FUNCTION delivery_keep_key()"),
        migrations.RunSQL(DECIDE_ONCE, "DROP FUNCTION delivery_decide_once()"),
        migrations.RunSQL(KEEP_CONCLUSION, "DROP FUNCTION delivery_keep_conclusion()"),
        migrations.RunSQL(KEEP_FROZEN, "DROP FUNCTION delivery_keep_frozen()"),
        migrations.RunSQL(KEEP_SESSION, "DROP FUNCTION delivery_keep_session()"),
        *(
            _add(f"{table}_append_only", table, "BEFORE UPDATE OR DELETE", "delivery_refuse_change")
            for table in APPEND_ONLY
        ),
        *(_add(f"{table}_kept", table, "BEFORE DELETE", "delivery_refuse_deletion") for table in NEVER_DELETED),
        *(
            _add(f"{table}_never_emptied", table, "BEFORE TRUNCATE", "delivery_refuse_emptying")
            for table in (*APPEND_ONLY, *NEVER_DELETED)
        ),
        _add("delivery_directive_key_stays", "delivery_directive", "BEFORE UPDATE", "delivery_keep_key"),
        _add("delivery_candidate_decided_once", "delivery_candidate", "BEFORE UPDATE", "delivery_decide_once"),
        _add("delivery_conclusion_stays", "delivery_conclusion", "BEFORE UPDATE", "delivery_keep_conclusion"),
        _add("delivery_workingsession_stays", "delivery_workingsession", "BEFORE UPDATE", "delivery_keep_session"),
        *(
            _add(f"{table}_frozen", table, "BEFORE INSERT OR UPDATE OR DELETE", "delivery_keep_frozen")
            for table in ("delivery_agendaitem", "delivery_material")
        ),
    ]
