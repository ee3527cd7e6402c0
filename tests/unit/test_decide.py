"""The truth table of the decision: who may do what, row by row. Deny is what stands everywhere else."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from portico.platform.access import roles
from portico.platform.access.decisions import NOTHING, Refusal, Scope, Subject, decide
from portico.platform.access.permissions import DESCRIPTIONS
from portico.platform.access.permissions import Permission as P
from portico.platform.access.relations import Purpose, Relation
from portico.platform.kernel.call import ANONYMOUS, SYSTEM, Actor, RoleGrant

NOW = datetime(2026, 3, 10, tzinfo=UTC)
ROSA, PAT, OLD_ROSA = uuid4(), uuid4(), uuid4()
PLACE, OTHER_PLACE, ENTITY = uuid4(), uuid4(), uuid4()


def _patient(person=ROSA) -> Actor:
    return Actor(kind="account", account_id=uuid4(), person_id=person)


def _staff(*grants: RoleGrant, mfa: bool = True) -> Actor:
    return Actor(kind="account", account_id=uuid4(), roles=grants, mfa=mfa)


def _decide(actor, permission, *, relation="self", purpose="self", patient=ROSA, same=None):
    subject = Subject(patient, frozenset(same or {patient})) if patient else Subject(None)
    return decide(actor, permission, Relation(relation), Purpose(purpose), NOW, subject)


BILLING, DESK = RoleGrant("billing"), RoleGrant("front_desk")
OWN = Scope(patient_ids=frozenset({ROSA}))
ALL = Scope(patient_ids=None)

TABLE = [
    # actor, permission, relation, purpose, patient → answer
    (_patient(), P.BILLS_READ, "self", "self", ROSA, OWN),
    (_patient(), P.PAYMENTS_MAKE, "self", "self", ROSA, OWN),
    (_patient(), P.BILLS_READ, "self", "self", PAT, Refusal.STRANGER),
    (_patient(), P.BILLS_READ, "none", "self", ROSA, Refusal.STRANGER),
    (_patient(), P.BILLS_READ, "staff", "operations", None, Refusal.STRANGER),
    (_patient(), P.BILLS_READ, "self", "treatment", ROSA, Refusal.STRANGER),
    (_patient(), P.BILLS_READ_ALL, "self", "self", ROSA, Refusal.STRANGER),
    (_patient(), P.MACHINE_RUN, "self", "self", ROSA, Refusal.STRANGER),
    (
        _patient(),
        P.BILLS_READ,
        "proxy",
        "self",
        PAT,
        Scope(patient_ids=frozenset({PAT})),
    ),
    (_patient(), P.ACCOUNT_OWN, "proxy", "self", PAT, Refusal.STRANGER),
    (_patient(None), P.ACCOUNT_OWN, "self", "self", None, NOTHING),
    (_patient(None), P.BILLS_READ, "self", "self", None, Refusal.STRANGER),
    (ANONYMOUS, P.BILLS_READ, "none", "self", ROSA, Refusal.SIGN_IN),
    (ANONYMOUS, P.ACCOUNT_OWN, "none", "self", None, Refusal.SIGN_IN),
    (ANONYMOUS, P.SIGN_UP, "none", "self", None, NOTHING),
    (ANONYMOUS, P.ENROLMENT_REDEEM, "none", "self", None, NOTHING),
    (ANONYMOUS, P.MACHINE_RUN, "none", "self", None, Refusal.STRANGER),
    (_staff(BILLING), P.BILLS_READ_ALL, "staff", "operations", None, ALL),
    (_staff(BILLING), P.BILLS_READ_ALL, "staff", "operations", ROSA, OWN),
    (_staff(BILLING), P.ENROLMENT_ISSUE, "staff", "operations", None, Refusal.INSIDER),
    (_staff(BILLING, DESK), P.ENROLMENT_ISSUE, "staff", "operations", None, ALL),
    (_staff(DESK), P.BILLS_READ_ALL, "staff", "operations", None, Refusal.INSIDER),
    (_staff(DESK), P.MACHINE_RUN, "staff", "operations", None, Refusal.INSIDER),
    (
        _staff(RoleGrant("no-such-role")),
        P.STAFF_HOME,
        "staff",
        "operations",
        None,
        Refusal.INSIDER,
    ),
    (
        _staff(BILLING, mfa=False),
        P.BILLS_READ_ALL,
        "staff",
        "operations",
        None,
        Refusal.SECOND_FACTOR,
    ),
    (_staff(BILLING), P.BILLS_READ, "self", "self", ROSA, Refusal.STRANGER),
    (SYSTEM, P.MACHINE_RUN, "system", "operations", None, ALL),
    (SYSTEM, P.BILLS_READ, "system", "operations", ROSA, OWN),
]


@pytest.mark.parametrize(("actor", "permission", "relation", "purpose", "patient", "answer"), TABLE)
def test_the_truth_table(actor, permission, relation, purpose, patient, answer):
    assert _decide(actor, permission, relation=relation, purpose=purpose, patient=patient) == answer


def test_a_merged_person_is_the_same_person():
    scope = _decide(_patient(OLD_ROSA), P.BILLS_READ, patient=ROSA, same={ROSA, OLD_ROSA})
    assert scope == Scope(patient_ids=frozenset({ROSA, OLD_ROSA}))


def test_a_role_for_one_place_and_entity_reaches_no_further():
    limited = RoleGrant("billing", frozenset({PLACE}), frozenset({ENTITY}))
    scope = _decide(
        _staff(limited),
        P.BILLS_READ_ALL,
        relation="staff",
        purpose="operations",
        patient=None,
    )
    assert scope == Scope(None, None, frozenset({PLACE}), frozenset({ENTITY}))


def test_two_limited_roles_add_up_and_an_unlimited_one_lifts_the_limit():
    here, there = (RoleGrant("billing", frozenset({p})) for p in (PLACE, OTHER_PLACE))
    ask = {"relation": "staff", "purpose": "operations", "patient": None}
    assert _decide(_staff(here, there), P.BILLS_READ_ALL, **ask).locations == {
        PLACE,
        OTHER_PLACE,
    }
    assert _decide(_staff(here, BILLING), P.BILLS_READ_ALL, **ask).locations is None


def test_a_limited_role_is_not_widened_by_one_without_the_right():
    here = RoleGrant("billing", frozenset({PLACE}))
    scope = _decide(
        _staff(here, DESK),
        P.BILLS_READ_ALL,
        relation="staff",
        purpose="operations",
        patient=None,
    )
    assert scope.locations == {PLACE}


@pytest.mark.parametrize("permission", list(P))
def test_a_patient_has_only_the_rights_of_a_patient(permission):
    answer = _decide(_patient(), permission)
    expected = permission in roles.SELF
    assert isinstance(answer, Scope) is expected


@pytest.mark.parametrize("role", list(roles.STAFF_ROLES))
@pytest.mark.parametrize("permission", list(P))
def test_a_staff_member_has_only_the_rights_of_the_role(role, permission):
    answer = _decide(
        _staff(RoleGrant(role)),
        permission,
        relation="staff",
        purpose="operations",
        patient=None,
    )
    held = permission in roles.STAFF_ROLES[role] or permission in roles.ANYBODY
    assert isinstance(answer, Scope) is (held and permission is not P.MACHINE_RUN)


def test_every_right_is_described_and_every_role_named():
    assert set(DESCRIPTIONS) == set(P)
    assert set(roles.LABELS) == set(roles.STAFF_ROLES)
