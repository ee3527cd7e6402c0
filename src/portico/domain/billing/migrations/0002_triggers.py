"""Issued bills never change: lines first, the bill last as their seal, on SQLite and PostgreSQL.

As in the ledger, a migration that alters these tables drops the triggers first and creates them again.
"""

from django.db import migrations

# What must hold between a bill and its lines when the bill is sealed.
_MISFIT = """
    SELECT 1 FROM (
        SELECT count(*) AS line_count, coalesce(sum(price_minor), 0) AS price_minor,
               coalesce(sum(owed_minor), 0) AS owed_minor,
               count(CASE WHEN currency <> NEW.currency OR patient_id <> NEW.patient_id
                          THEN 1 END) AS foreign_lines
          FROM billing_billline WHERE bill_id = NEW.id
    ) AS found
    WHERE line_count = 0 OR line_count <> NEW.line_count OR price_minor <> NEW.price_minor
       OR owed_minor <> NEW.owed_minor OR foreign_lines > 0
"""


def _frozen_on_sqlite(table):
    return [
        (
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table}"
            " BEGIN SELECT RAISE(ABORT, 'billing: an issued bill never changes'); END",
            f"DROP TRIGGER {table}_no_{verb}",
        )
        for verb in ("update", "delete")
    ]


def _frozen_on_postgresql(table):
    return [
        (
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION billing_never_changes()",
            f"DROP TRIGGER {table}_frozen ON {table}",
        ),
        (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " EXECUTE FUNCTION billing_never_changes()",
            f"DROP TRIGGER {table}_no_truncate ON {table}",
        ),
    ]


SQLITE = [
    (
        f"""
        CREATE TRIGGER billing_bill_seals_its_lines BEFORE INSERT ON billing_bill
        BEGIN
            SELECT RAISE(ABORT, 'billing: this bill already stands')
             WHERE EXISTS (
                SELECT 1 FROM billing_bill
                 WHERE id = NEW.id OR supersedes_id = NEW.supersedes_id
                    OR (entity_id = NEW.entity_id AND version = NEW.version
                        AND (number = NEW.number OR source_key = NEW.source_key)));
            SELECT RAISE(ABORT, 'billing: a bill and its lines differ') WHERE EXISTS ({_MISFIT});
        END
        """,
        "DROP TRIGGER billing_bill_seals_its_lines",
    ),
    (
        """
        CREATE TRIGGER billing_line_before_its_bill BEFORE INSERT ON billing_billline
        BEGIN
            SELECT RAISE(ABORT, 'billing: this bill is already issued')
             WHERE EXISTS (SELECT 1 FROM billing_bill WHERE id = NEW.bill_id);
            SELECT RAISE(ABORT, 'billing: this line already stands')
             WHERE EXISTS (SELECT 1 FROM billing_billline WHERE id = NEW.id
                OR (bill_id = NEW.bill_id AND charge_id = NEW.charge_id));
        END
        """,
        "DROP TRIGGER billing_line_before_its_bill",
    ),
    *_frozen_on_sqlite("billing_bill"),
    *_frozen_on_sqlite("billing_billline"),
]

POSTGRESQL = [
    (
        f"""
        CREATE FUNCTION billing_bill_check() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS ({_MISFIT}) THEN
                RAISE EXCEPTION 'billing: a bill and its lines differ'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
        """,
        "DROP FUNCTION billing_bill_check()",
    ),
    (
        """
        CREATE FUNCTION billing_line_open() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM billing_bill WHERE id = NEW.bill_id) THEN
                RAISE EXCEPTION 'billing: this bill is already issued'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
        """,
        "DROP FUNCTION billing_line_open()",
    ),
    (
        """
        CREATE FUNCTION billing_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'billing: an issued bill never changes'
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        "DROP FUNCTION billing_never_changes()",
    ),
    (
        "CREATE TRIGGER billing_bill_seals_its_lines BEFORE INSERT ON billing_bill"
        " FOR EACH ROW EXECUTE FUNCTION billing_bill_check()",
        "DROP TRIGGER billing_bill_seals_its_lines ON billing_bill",
    ),
    (
        "CREATE TRIGGER billing_line_before_its_bill BEFORE INSERT ON billing_billline"
        " FOR EACH ROW EXECUTE FUNCTION billing_line_open()",
        "DROP TRIGGER billing_line_before_its_bill ON billing_billline",
    ),
    *_frozen_on_postgresql("billing_bill"),
    *_frozen_on_postgresql("billing_billline"),
]
STATEMENTS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def create_triggers(apps, schema_editor):
    for create, _drop in STATEMENTS[schema_editor.connection.vendor]:
        schema_editor.execute(create, params=None)


def drop_triggers(apps, schema_editor):
    for _create, drop in reversed(STATEMENTS[schema_editor.connection.vendor]):
        schema_editor.execute(drop, params=None)


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunPython(create_triggers, drop_triggers)]
