"""What people's verbs do when something happened elsewhere."""

from __future__ import annotations

from portico.domain.intake.events import ResourcesStored
from portico.domain.people import actions
from portico.platform.gate import reactions
from portico.platform.gate.calls import system_call


@reactions.on(ResourcesStored, name="people.take-in-patients")
def take_in_patients(event: ResourcesStored) -> None:
    """Who the people of an import are."""
    if "Patient" in event.types:
        actions.take_in_patients(system_call("import"), batch_id=event.batch_id)
