"""Calls that no web request makes: the worker's, the import's, the sweeper's."""

from __future__ import annotations

from uuid import UUID

from portico.platform.access.relations import Purpose, Relation
from portico.platform.kernel import clock
from portico.platform.kernel.call import SYSTEM, Call


def system_call(source: str, *, patient_id: UUID | None = None, request_id: str = "") -> Call:
    """A call by the installation itself. `source` says which part of it: "worker", "import", "sweeper"."""
    return Call(
        actor=SYSTEM,
        now=clock.now(),
        patient_id=patient_id,
        relation=Relation.SYSTEM,
        purpose=Purpose.OPERATIONS,
        request_id=request_id,
        source=source,
    )
