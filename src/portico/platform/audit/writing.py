"""Writing the audit. Only the gate calls this; a failure here undoes the verb."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import Any
from uuid import UUID

from portico.platform.audit.models import AuditRow
from portico.platform.kernel.call import Call


def digest_of(row: AuditRow) -> str:
    """SHA-256 over what the row says, without its sequence (the seal covers that)."""
    said = [
        row.at.astimezone(UTC).isoformat(),
        row.actor_kind,
        str(row.actor_id or ""),
        str(row.patient_id or ""),
        row.patient_ids,
        row.act,
        row.kind,
        row.permission,
        row.relation,
        row.purpose,
        row.details,
        row.request_id,
        row.source,
    ]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def row_for(
    call: Call,
    *,
    act: str,
    kind: str,
    permission: str = "",
    patient_id: UUID | None = None,
    patient_ids: tuple[UUID, ...] = (),
    details: dict[str, Any] | None = None,
) -> AuditRow:
    """An unsaved row that says what `call` did."""
    row = AuditRow(
        at=call.now,
        actor_kind=call.actor.kind,
        actor_id=call.actor.account_id,
        patient_id=patient_id or call.patient_id,
        patient_ids=[str(p) for p in patient_ids],
        act=act,
        kind=kind,
        permission=permission,
        relation=str(call.relation),
        purpose=str(call.purpose),
        details=details or {},
        request_id=call.request_id,
        source=call.source,
    )
    row.digest = digest_of(row)
    return row


def write(rows: list[AuditRow]) -> None:
    """Insert the rows in one statement."""
    if len(rows) > _AT_ONCE:
        AuditRow.objects.bulk_create(rows)
    elif rows:
        # bulk_create would open and commit a transaction of its own around this one statement.
        AuditRow._base_manager._insert(rows, fields=_FIELDS, using="default")  # type: ignore[attr-defined]


_AT_ONCE = 50
_FIELDS = [f for f in AuditRow._meta.concrete_fields if not f.primary_key]
