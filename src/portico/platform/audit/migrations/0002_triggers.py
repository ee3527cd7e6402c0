"""Audit rows and seals are added and never changed: the database refuses the rest, on both engines.

A later migration that alters one of these tables drops the triggers first, alters, and creates them again.
"""

from django.db import migrations

TABLES = ("audit_auditrow", "audit_auditseal")

# A replacing insert on SQLite removes the old row without firing delete triggers: hence the guard on insert.
SQLITE = [
    (
        (
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table}"
            " BEGIN SELECT RAISE(ABORT, 'audit: append-only'); END"
        ),
        f"DROP TRIGGER {table}_no_{verb}",
    )
    for table in TABLES
    for verb in ("update", "delete")
] + [
    (
        (
            "CREATE TRIGGER audit_auditrow_no_replace BEFORE INSERT ON audit_auditrow BEGIN"
            " SELECT RAISE(ABORT, 'audit: append-only')"
            " WHERE EXISTS (SELECT 1 FROM audit_auditrow WHERE id = NEW.id); END"
        ),
        "DROP TRIGGER audit_auditrow_no_replace",
    ),
    (
        (
            "CREATE TRIGGER audit_auditseal_no_replace BEFORE INSERT ON audit_auditseal BEGIN"
            " SELECT RAISE(ABORT, 'audit: append-only') WHERE EXISTS"
            " (SELECT 1 FROM audit_auditseal WHERE id = NEW.id OR last_id = NEW.last_id); END"
        ),
        "DROP TRIGGER audit_auditseal_no_replace",
    ),
]

POSTGRESQL = [
    (
        (
            "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE EXCEPTION 'audit: append-only' USING ERRCODE = 'integrity_constraint_violation';"
            " END $$"
        ),
        "DROP FUNCTION audit_append_only()",
    )
]
for _table in TABLES:
    POSTGRESQL += [
        (
            (
                f"CREATE TRIGGER {_table}_frozen BEFORE UPDATE OR DELETE ON {_table}"
                " FOR EACH ROW EXECUTE FUNCTION audit_append_only()"
            ),
            f"DROP TRIGGER {_table}_frozen ON {_table}",
        ),
        (
            (
                f"CREATE TRIGGER {_table}_no_truncate BEFORE TRUNCATE ON {_table}"
                " EXECUTE FUNCTION audit_append_only()"
            ),
            f"DROP TRIGGER {_table}_no_truncate ON {_table}",
        ),
    ]


def _pairs(schema_editor):
    return SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL


def create(apps, schema_editor):
    for forward, _backward in _pairs(schema_editor):
        schema_editor.execute(forward)


def drop(apps, schema_editor):
    for _forward, backward in reversed(_pairs(schema_editor)):
        schema_editor.execute(backward)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
