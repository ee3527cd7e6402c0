"""What billing does when something happened elsewhere."""

from __future__ import annotations

from portico.domain.billing import actions, queries
from portico.domain.intake.events import ResourcesStored
from portico.platform.gate import reactions
from portico.platform.gate.calls import system_call

_PEOPLE_AT_ONCE = 10


@reactions.on(ResourcesStored, name="billing.take-in-claims")
def take_in_claims(event: ResourcesStored) -> None:
    """Charges, adjudications and bills from an import that brought claims, a few people at a time.

    Each few are a transaction of their own: memory does not grow with the import, and payments get their turn.
    """
    call = system_call("import")
    found = queries.find_claims_to_take_in(call, batch_id=event.batch_id)
    for start in range(0, len(found.patient_ids), _PEOPLE_AT_ONCE):
        actions.take_in_claims(
            call,
            batch_id=event.batch_id,
            patient_ids=found.patient_ids[start : start + _PEOPLE_AT_ONCE],
            open_since=found.open_since,
        )
