"""What billing does when something happened elsewhere."""

from __future__ import annotations

from portico.domain.billing import actions
from portico.domain.billing.rules import reading
from portico.domain.intake.events import ResourcesStored
from portico.platform.gate import reactions
from portico.platform.gate.calls import system_call


@reactions.on(ResourcesStored, name="billing.take-in-claims")
def take_in_claims(event: ResourcesStored) -> None:
    """Charges, adjudications and bills from an import that brought claims."""
    if set(event.types) & set(reading.TYPES):
        actions.take_in_claims(system_call("import"), batch_id=event.batch_id)
