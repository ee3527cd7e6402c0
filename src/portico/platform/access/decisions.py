"""The decision: one pure function, with its truth table as a test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from portico.platform.access import roles
from portico.platform.access.permissions import Permission
from portico.platform.access.relations import Purpose, Relation
from portico.platform.kernel.call import Actor
from portico.platform.kernel.scope import NOTHING, Scope

__all__ = ["NOTHING", "Denied", "Refusal", "Scope", "Subject", "decide"]


class Refusal(StrEnum):
    """How a refusal is answered: a stranger learns nothing (404), an insider learns that they may not (403)."""

    SIGN_IN = "sign-in"
    STRANGER = "stranger"
    INSIDER = "insider"
    SECOND_FACTOR = "second-factor"


class Denied(Exception):
    """The gate said no; its audit row is written. `refusal` tells the door how to answer."""

    def __init__(self, refusal: Refusal, permission: Permission) -> None:
        super().__init__(f"{permission}: {refusal}")
        self.refusal = refusal
        self.permission = permission


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient of a call, as the decision needs them: the id and the ids merged into it."""

    patient_id: UUID | None
    patient_ids: frozenset[UUID] = frozenset()


def decide(
    actor: Actor,
    permission: Permission,
    relation: Relation,
    purpose: Purpose,
    now: datetime,
    subject: Subject,
) -> Scope | Refusal:
    """May this actor use this permission towards this patient, now and for this purpose? Pure.

    Deny by default: whoever is not named below is refused. `subject.patient_id` is None for lists.
    """
    own = Scope(patient_ids=subject.patient_ids)
    if actor.kind == "system":
        return own if subject.patient_id else Scope(patient_ids=None)
    if permission is Permission.MACHINE_RUN:
        return Refusal.INSIDER if actor.is_staff else Refusal.STRANGER
    if permission in roles.ANYBODY:
        return NOTHING
    if actor.kind != "account":
        return Refusal.SIGN_IN
    if actor.is_staff and relation is not Relation.SELF:
        return _decide_staff(actor, permission, subject, now)
    return _decide_patient(actor, permission, relation, purpose, subject)


def _decide_staff(
    actor: Actor, permission: Permission, subject: Subject, now: datetime
) -> Scope | Refusal:
    if not actor.mfa:
        return Refusal.SECOND_FACTOR
    grants = [g for g in actor.roles if permission in roles.STAFF_ROLES.get(g.role, frozenset())]
    if not grants:
        return Refusal.INSIDER
    limited_place = all(g.locations for g in grants)
    limited_entity = all(g.entities for g in grants)
    return Scope(
        patient_ids=subject.patient_ids if subject.patient_id else None,
        locations=frozenset().union(*(g.locations for g in grants)) if limited_place else None,
        entities=frozenset().union(*(g.entities for g in grants)) if limited_entity else None,
    )


def _decide_patient(
    actor: Actor,
    permission: Permission,
    relation: Relation,
    purpose: Purpose,
    subject: Subject,
) -> Scope | Refusal:
    if purpose is not Purpose.SELF:
        return Refusal.STRANGER
    if subject.patient_id is None:  # signed in, but not yet known to be anybody
        return NOTHING if permission is Permission.ACCOUNT_OWN else Refusal.STRANGER
    if relation is Relation.SELF and actor.person_id in subject.patient_ids | {subject.patient_id}:
        allowed = permission in roles.SELF
    elif relation is Relation.PROXY:
        allowed = permission in roles.PROXY
    else:
        allowed = False
    return Scope(patient_ids=subject.patient_ids) if allowed else Refusal.STRANGER
