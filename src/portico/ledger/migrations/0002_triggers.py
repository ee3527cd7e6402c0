"""The accounts, and the triggers that refuse what must never be (tried on SQLite and PostgreSQL).

A later migration that alters one of these tables drops the triggers first, alters, and creates them
again: SQLite rebuilds a table to alter it, and the rebuild stops at a trigger that names it.
"""

from django.db import migrations

CHART = [
    ("patient_receivable", "debit"),
    ("patient_credit", "credit"),
    ("visit_income", "credit"),
    ("tax_payable", "credit"),
    ("contractual_adjustment", "debit"),
    ("self_pay_discount", "debit"),
    ("financial_help", "debit"),
    ("write_off", "debit"),
    ("insurer_cash", "debit"),
    ("gateway_clearing", "debit"),
    ("gateway_fees", "debit"),
    ("disputed_funds", "debit"),
    ("cash_desk", "debit"),
    ("bank", "debit"),
    ("suspense", "credit"),
]


def _append_only_on_sqlite(table):
    return [
        (
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table}"
            " BEGIN SELECT RAISE(ABORT, 'ledger: append-only'); END",
            f"DROP TRIGGER {table}_no_{verb}",
        )
        for verb in ("update", "delete")
    ]


def _append_only_on_postgresql(table):
    return [
        (
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION ledger_append_only()",
            f"DROP TRIGGER {table}_frozen ON {table}",
        )
    ]


def _no_truncate(table):
    return (
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
        " EXECUTE FUNCTION ledger_append_only()",
        f"DROP TRIGGER {table}_no_truncate ON {table}",
    )


SQLITE = [
    (
        """
        CREATE TRIGGER ledger_posting_balances BEFORE INSERT ON ledger_posting
        BEGIN
            SELECT RAISE(ABORT, 'ledger: this posting already stands')
             WHERE EXISTS (
                SELECT 1 FROM ledger_posting
                 WHERE id = NEW.id
                    OR (source_kind = NEW.source_kind AND source_id = NEW.source_id
                        AND recipe = NEW.recipe)
                    OR reverses_id = NEW.reverses_id);
            SELECT RAISE(ABORT, 'ledger: a posting needs entries')
             WHERE NOT EXISTS (SELECT 1 FROM ledger_entry WHERE posting_id = NEW.id);
            SELECT RAISE(ABORT, 'ledger: debits and credits differ')
              FROM ledger_entry WHERE posting_id = NEW.id
             GROUP BY currency
            HAVING sum(CASE direction WHEN 'debit' THEN amount_minor ELSE -amount_minor END) <> 0;
        END
        """,
        "DROP TRIGGER ledger_posting_balances",
    ),
    (
        # The second SELECT closes INSERT OR REPLACE, which removes a row without a delete trigger.
        """
        CREATE TRIGGER ledger_entry_before_its_posting BEFORE INSERT ON ledger_entry
        BEGIN
            SELECT RAISE(ABORT, 'ledger: this posting is already sealed')
             WHERE EXISTS (SELECT 1 FROM ledger_posting WHERE id = NEW.posting_id);
            SELECT RAISE(ABORT, 'ledger: this entry already stands')
             WHERE EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.id);
            SELECT RAISE(ABORT, 'ledger: an amount is whole minor units')
             WHERE typeof(NEW.amount_minor) <> 'integer';
        END
        """,
        "DROP TRIGGER ledger_entry_before_its_posting",
    ),
    *_append_only_on_sqlite("ledger_entry"),
    *_append_only_on_sqlite("ledger_posting"),
    *_append_only_on_sqlite("ledger_account"),
]

POSTGRESQL = [
    (
        """
        CREATE FUNCTION ledger_refuse_unbalanced(posting uuid) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (SELECT 1 FROM ledger_entry WHERE posting_id = posting) THEN
                RAISE EXCEPTION 'ledger: a posting needs entries'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF EXISTS (
                SELECT 1 FROM ledger_entry WHERE posting_id = posting GROUP BY currency
                HAVING sum(CASE direction WHEN 'debit' THEN amount_minor ELSE -amount_minor END) <> 0
            ) THEN
                RAISE EXCEPTION 'ledger: debits and credits differ'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        END $$
        """,
        "DROP FUNCTION ledger_refuse_unbalanced(uuid)",
    ),
    (
        """
        CREATE FUNCTION ledger_posting_check() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM ledger_refuse_unbalanced(NEW.id); RETURN NEW; END $$
        """,
        "DROP FUNCTION ledger_posting_check()",
    ),
    (
        """
        CREATE FUNCTION ledger_entry_check() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM ledger_refuse_unbalanced(NEW.posting_id); RETURN NULL; END $$
        """,
        "DROP FUNCTION ledger_entry_check()",
    ),
    (
        """
        CREATE FUNCTION ledger_entry_open() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM ledger_posting WHERE id = NEW.posting_id) THEN
                RAISE EXCEPTION 'ledger: this posting is already sealed'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
        """,
        "DROP FUNCTION ledger_entry_open()",
    ),
    (
        """
        CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'ledger: append-only' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        "DROP FUNCTION ledger_append_only()",
    ),
    (
        "CREATE TRIGGER ledger_posting_balances BEFORE INSERT ON ledger_posting"
        " FOR EACH ROW EXECUTE FUNCTION ledger_posting_check()",
        "DROP TRIGGER ledger_posting_balances ON ledger_posting",
    ),
    (
        "CREATE TRIGGER ledger_entry_before_its_posting BEFORE INSERT ON ledger_entry"
        " FOR EACH ROW EXECUTE FUNCTION ledger_entry_open()",
        "DROP TRIGGER ledger_entry_before_its_posting ON ledger_entry",
    ),
    (
        # Looks once more at commit: two connections may have shared a posting's id.
        "CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_check()",
        "DROP TRIGGER ledger_entry_balances ON ledger_entry",
    ),
    *_append_only_on_postgresql("ledger_entry"),
    *_append_only_on_postgresql("ledger_posting"),
    *_append_only_on_postgresql("ledger_account"),
    _no_truncate("ledger_entry"),
    _no_truncate("ledger_posting"),
]
STATEMENTS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def fill_chart(apps, schema_editor):
    account = apps.get_model("ledger", "Account")
    account.objects.bulk_create(account(code=code, normal=normal) for code, normal in CHART)


def create_triggers(apps, schema_editor):
    for create, _drop in STATEMENTS[schema_editor.connection.vendor]:
        schema_editor.execute(create, params=None)


def drop_triggers(apps, schema_editor):
    for _create, drop in reversed(STATEMENTS[schema_editor.connection.vendor]):
        schema_editor.execute(drop, params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunPython(fill_chart, migrations.RunPython.noop),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
