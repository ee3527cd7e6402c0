"""The hash chain: a job seals the rows written since the last seal, and notes the head beside the database.

Whoever can write to the database can also write a new chain. The heads noted in `var/audit-heads`, and in the log,
are outside of it: a chain that was written anew, or whose end was cut off, no longer fits them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import structlog
from django.conf import settings
from django.db import connection, transaction

from portico.platform.audit.models import AuditRow, AuditSeal
from portico.platform.kernel import clock, writers

BATCH = 5_000
_log = structlog.get_logger("portico.audit")


def seal() -> int:
    """Seal what is not sealed yet; say how many rows. Bears being run twice."""
    total = 0
    while count := _seal_batch():
        total += count
    return total


def digest_of_seal(previous: str, rows: Iterable[tuple[int, str]]) -> str:
    """SHA-256 over the seal before and every row's sequence and digest, in order."""
    running = hashlib.sha256(previous.encode())
    for row_id, digest in rows:
        running.update(f"\n{row_id} {digest}".encode())
    return running.hexdigest()


def heads_file() -> Path:
    """Where the heads of the chain are kept, one line a seal: sequence and digest."""
    return Path(settings.VAR) / "audit-heads"


def _seal_batch() -> int:
    with writers.turn(), transaction.atomic():
        _wait_for_writers()
        last = AuditSeal.objects.order_by("-last_id").first()
        after = last.last_id if last else 0
        waiting = AuditRow.objects.filter(id__gt=after).order_by("id")
        rows = list(waiting.values_list("id", "digest")[:BATCH])
        if not rows:
            return 0
        previous = last.digest if last else ""
        made = AuditSeal(
            first_id=rows[0][0],
            last_id=rows[-1][0],
            row_count=len(rows),
            previous_digest=previous,
            digest=digest_of_seal(previous, rows),
            sealed_at=clock.now(),
        )
        made.save(force_insert=True)
    with heads_file().open("a") as file:
        file.write(f"{made.last_id} {made.digest}\n")
    _log.info("audit.sealed", last=made.last_id, rows=made.row_count, digest=made.digest)
    return len(rows)


def _wait_for_writers() -> None:
    # PostgreSQL hands out sequence numbers before commit: without this, a row with a smaller number could
    # commit after the seal and look as if it had been slipped in.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE audit_auditrow IN SHARE ROW EXCLUSIVE MODE")
