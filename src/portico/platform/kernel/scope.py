"""Which rows a permitted call may reach."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Scope:
    """What the decision allows. Every look-up starts from `Model.objects.within(call.scope)`.

    `patient_ids` holds the person and those merged into them; None means every patient (staff lists, the worker).
    `locations` and `entities`: None means not limited. `sensitivities` names the classes that may be shown;
    None means all of them.
    """

    patient_ids: frozenset[UUID] | None
    sensitivities: frozenset[str] | None = None
    locations: frozenset[UUID] | None = None
    entities: frozenset[UUID] | None = None


NOTHING = Scope(patient_ids=frozenset())
