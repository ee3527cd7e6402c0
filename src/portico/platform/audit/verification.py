"""Was the audit tampered with? For `portico verify`."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from portico.platform.audit.models import AuditRow, AuditSeal
from portico.platform.audit.sealing import digest_of_seal, heads_file
from portico.platform.audit.writing import digest_of

TRIGGERS = {
    "sqlite": {
        f"audit_{table}_no_{verb}"
        for table in ("auditrow", "auditseal")
        for verb in ("update", "delete", "replace")
    },
    "postgresql": {
        f"audit_{table}_{what}"
        for table in ("auditrow", "auditseal")
        for what in ("frozen", "no_truncate")
    },
}


def problems() -> list[str]:
    """Everything that does not fit, in words; empty when the audit is whole."""
    return [*missing_triggers(), *_rows(), *_chain(), *_heads(), *_end()]


def missing_triggers() -> Iterator[str]:
    """The triggers that protect the audit and are not there, in words."""
    statement = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        standing = {name for (name,) in cursor.fetchall()}
    for name in sorted(TRIGGERS[connection.vendor] - standing):
        yield f"The trigger {name}, which protects the audit, is gone."


def _rows() -> Iterator[str]:
    for row in AuditRow.objects.order_by("id").iterator(chunk_size=2_000):
        if digest_of(row) != row.digest:
            yield f"Audit row {row.id} was changed after it was written."


def _chain() -> Iterator[str]:
    previous = None
    for seal in AuditSeal.objects.order_by("last_id").iterator():
        name = f"The seal over audit rows {seal.first_id} to {seal.last_id}"
        if seal.previous_digest != (previous.digest if previous else ""):
            yield f"{name} does not follow the one before it."
        after = previous.last_id if previous else 0
        rows = list(
            AuditRow.objects.filter(id__gt=after, id__lte=seal.last_id)
            .order_by("id")
            .values_list("id", "digest")
        )
        if len(rows) != seal.row_count:
            yield f"{name} covered {seal.row_count} rows; {len(rows)} are there."
        elif digest_of_seal(seal.previous_digest, rows) != seal.digest:
            yield f"{name} no longer fits: rows were changed, exchanged or put in another order."
        previous = seal


def _heads() -> Iterator[str]:
    try:
        lines = heads_file().read_text().split("\n")
    except FileNotFoundError:
        return
    sealed = dict(AuditSeal.objects.values_list("last_id", "digest"))
    for line in filter(None, lines):
        last_id, _, digest = line.partition(" ")
        kept = sealed.get(int(last_id)) if last_id.isdigit() else None
        if kept is None:
            yield f"The audit was sealed up to row {last_id}; that seal is gone: its end was cut off."
        elif kept != digest:
            yield f"The seal up to audit row {last_id} is not the one that was made then."


def _end() -> Iterator[str]:
    """On SQLite the last number ever given must still be there; PostgreSQL's sequence has gaps of its own."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit_auditrow'")
        found = cursor.fetchone()
    last = AuditRow.objects.order_by("-id").values_list("id", flat=True).first() or 0
    if found and found[0] > last:
        yield f"Audit rows after {last} are gone; {found[0]} was the last one written."
