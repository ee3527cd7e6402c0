"""The audit only grows, and whoever changes it behind our back is found."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from portico.platform.access.decisions import Denied
from portico.platform.access.permissions import Permission
from portico.platform.audit import sealing, verification, writing
from portico.platform.audit.models import AuditRow, AuditSeal
from portico.platform.audit.sentences import sentence_of
from portico.platform.gate.verbs import query
from tests.factories import flushing

pytestmark = pytest.mark.django_db


@query(Permission.BILLS_READ_ALL)
def list_all_the_bills(call):
    return []


@pytest.fixture(autouse=True)
def _own_heads(settings, tmp_path):
    settings.VAR = tmp_path


def _write(cast, count: int) -> list[AuditRow]:
    for n in range(count):
        call = cast.rosa.call()
        writing.write([writing.row_for(call, act="read", kind=f"read_{n}", details={"n": n})])
    return list(AuditRow.objects.order_by("id"))


def _tamper(sql: str, *values) -> None:
    """What somebody with the database file, and without the triggers, could do."""
    with flushing.triggers_lifted(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_an_untouched_audit_is_whole(cast):
    _write(cast, 5)
    assert sealing.seal() == 5
    assert sealing.seal() == 0
    _write(cast, 3)
    assert sealing.seal() == 3
    assert verification.problems() == []
    assert AuditSeal.objects.count() == 2


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditrow SET kind = 'x'",
        "DELETE FROM audit_auditrow",
        "UPDATE audit_auditseal SET digest = 'x'",
        "DELETE FROM audit_auditseal",
    ],
)
def test_the_database_refuses_to_change_or_remove_what_was_written(cast, sql):
    _write(cast, 2)
    sealing.seal()
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_the_database_refuses_to_replace_a_row(cast):
    row = _write(cast, 1)[0]
    columns = "id, at, actor_kind, act, kind, permission, relation, purpose, patient_ids, details,"
    columns += " request_id, source, digest"
    verb = "INSERT OR REPLACE INTO" if connection.vendor == "sqlite" else "INSERT INTO"
    after = "" if connection.vendor == "sqlite" else " ON CONFLICT (id) DO UPDATE SET kind = 'x'"
    values = f"{row.id}, '2026-01-01', 'a', 'a', 'a', '', '', '', '[]', '{{}}', '', '', ''"
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"{verb} audit_auditrow ({columns}) VALUES ({values}){after}")


def test_an_edit_is_found(cast):
    rows = _write(cast, 3)
    sealing.seal()
    _tamper("UPDATE audit_auditrow SET kind = 'nothing' WHERE id = %s", rows[1].id)
    assert verification.problems() == [f"Audit row {rows[1].id} was changed after it was written."]


def test_an_edit_with_a_fitting_digest_is_found(cast):
    rows = _write(cast, 3)
    sealing.seal()
    rows[1].kind = "nothing"
    digest = writing.digest_of(rows[1])
    _tamper(
        "UPDATE audit_auditrow SET kind = 'nothing', digest = %s WHERE id = %s",
        digest,
        rows[1].id,
    )
    assert "no longer fits" in verification.problems()[0]


def test_a_removed_row_is_found(cast):
    rows = _write(cast, 3)
    sealing.seal()
    _tamper("DELETE FROM audit_auditrow WHERE id = %s", rows[1].id)
    assert "covered 3 rows; 2 are there" in verification.problems()[0]


def test_rows_in_another_order_are_found(cast):
    a, b = _write(cast, 2)
    sealing.seal()
    for old, new in ((a.id, 999), (b.id, a.id), (999, b.id)):
        _tamper("UPDATE audit_auditrow SET id = %s WHERE id = %s", new, old)
    assert "another order" in verification.problems()[0]


def test_a_cut_end_is_found(cast):
    _write(cast, 2)
    sealing.seal()
    kept = AuditRow.objects.order_by("-id").first().id
    _write(cast, 2)
    sealing.seal()
    _tamper("DELETE FROM audit_auditrow WHERE id > %s", kept)
    _tamper("DELETE FROM audit_auditseal WHERE last_id > %s", kept)
    assert any("its end was cut off" in p for p in verification.problems())


def test_a_chain_that_was_written_anew_is_found(cast):
    _write(cast, 2)
    sealing.seal()
    row = AuditRow.objects.order_by("id").first()
    row.kind = "nothing"
    row_digest = writing.digest_of(row)
    _tamper(
        "UPDATE audit_auditrow SET kind = 'nothing', digest = %s WHERE id = %s",
        row_digest,
        row.id,
    )
    rows = list(AuditRow.objects.order_by("id").values_list("id", "digest"))
    _tamper("UPDATE audit_auditseal SET digest = %s", sealing.digest_of_seal("", rows))
    assert any("not the one that was made then" in p for p in verification.problems())


def test_a_new_beginning_does_not_fit_the_old_end(cast):
    _write(cast, 2)
    sealing.seal()
    _write(cast, 2)
    sealing.seal()
    sealing.heads_file().unlink()
    first, second = AuditSeal.objects.order_by("id")
    row = AuditRow.objects.order_by("id").first()
    row.kind = "nothing"
    row_digest = writing.digest_of(row)
    _tamper(
        "UPDATE audit_auditrow SET kind = 'nothing', digest = %s WHERE id = %s", row_digest, row.id
    )
    rows = list(
        AuditRow.objects.filter(id__lte=first.last_id).order_by("id").values_list("id", "digest")
    )
    anew = sealing.digest_of_seal("", rows)
    _tamper("UPDATE audit_auditseal SET digest = %s WHERE id = %s", anew, first.id)
    _tamper("UPDATE audit_auditseal SET previous_digest = %s WHERE id = %s", anew, second.id)
    assert "no longer fits" in verification.problems()[0]


def test_a_missing_trigger_is_found(cast):
    name = min(verification.TRIGGERS[connection.vendor])
    where = "" if connection.vendor == "sqlite" else " ON audit_auditrow"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{where}")
    assert verification.problems() == [f"The trigger {name}, which protects the audit, is gone."]


def test_a_refusal_is_told_in_words(cast):
    with pytest.raises(Denied):
        list_all_the_bills(cast.lena.call())
    row = AuditRow.objects.get()
    assert sentence_of(row) == "was refused"
    assert (row.permission, row.details) == ("bills.read-all", {"refusal": "insider"})
