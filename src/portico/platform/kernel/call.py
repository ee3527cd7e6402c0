"""Who asks, for whom, why and when: the first argument of every verb and every read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from portico.platform.kernel.events import Event
from portico.platform.kernel.scope import NOTHING, Scope


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role held by an actor. Empty `locations` or `entities` mean: not limited."""

    role: str
    locations: frozenset[UUID] = frozenset()
    entities: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account (person_id when it is a patient's), the system (worker, import), or nobody."""

    kind: str  # "account", "system" or "anonymous"
    account_id: UUID | None = None
    person_id: UUID | None = None
    label: str = ""
    roles: tuple[RoleGrant, ...] = ()
    mfa: bool = False

    @property
    def is_staff(self) -> bool:
        return bool(self.roles) and self.kind == "account"


SYSTEM = Actor(kind="system", label="Portico")
ANONYMOUS = Actor(kind="anonymous")


@dataclass(slots=True)
class Access:
    """A read that the door writes down before the page leaves."""

    kind: str
    patient_ids: tuple[UUID, ...]
    details: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """One request's context. `scope` is set by the gate for the verb or read that runs.

    `patient_id` is the person acted for; None for staff lists. `relation` is a slug of
    `access.relations.Relation`; `purpose` one of `access.relations.Purpose`.
    """

    actor: Actor
    now: datetime
    patient_id: UUID | None = None
    relation: str = "none"
    purpose: str = "self"
    request_id: str = ""
    source: str = ""  # network address or "worker", "import"
    scope: Scope = NOTHING  # the gate sets it before any verb or read runs
    events: list[Event] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)
    quiet_reason: str = ""
    same_person: frozenset[UUID] = (
        frozenset()
    )  # the patient and those merged with them, once resolved

    def emit(self, event: Event) -> None:
        """State a fact. The gate writes it to the audit and hands it to its handlers in the same transaction."""
        self.events.append(event)

    def unchanged(self, reason: str) -> None:
        """Say that the verb rightly changed nothing (a repeated press, an old webhook)."""
        self.quiet_reason = reason

    def shown(self, *patient_ids: UUID) -> None:
        """Name the people whose data a staff list shows; one audit row carries them all."""
        if self.accesses:
            last = self.accesses[-1]
            last.patient_ids = tuple(dict.fromkeys((*last.patient_ids, *patient_ids)))
