"""The gate: nothing happens without a right, without an event, or without being written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.db import connection, models

from portico.platform.access.decisions import Denied, Refusal
from portico.platform.access.permissions import Permission
from portico.platform.audit import writing
from portico.platform.audit.models import AuditRow
from portico.platform.gate import reactions
from portico.platform.gate.calls import system_call
from portico.platform.gate.verbs import NestedVerb, SilentVerb, action, query
from portico.platform.identity.models import Person, PersonLink
from portico.platform.jobs.models import Job
from portico.platform.kernel import events
from portico.platform.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class LanternLit(Event):
    sentence: ClassVar[str] = "lit a lantern"
    count: int = 1


@pytest.fixture(autouse=True, scope="module")
def _no_trace_left():
    yield
    events.registry.pop("lantern_lit", None)


@action(Permission.BILLS_PUBLISH)
def light_lantern(call, *, count: int = 1):
    Person.objects.create()
    call.emit(LanternLit(count=count))
    return count


@action(Permission.BILLS_PUBLISH)
def say_nothing(call):
    Person.objects.create()


@action(Permission.BILLS_PUBLISH)
def repeat(call):
    call.unchanged("it burns already")


@action(Permission.BILLS_PUBLISH)
def light_twice(call):
    light_lantern(call)


@query(Permission.BILLS_READ)
def list_lanterns(call):
    return call.scope.patient_ids


def _people() -> int:
    return Person.objects.count()


def test_a_verb_leaves_its_event_in_the_audit_and_on_the_queue(cast, monkeypatch):
    monkeypatch.setitem(reactions._reactions, "lantern_lit", ["test.lantern"])
    assert light_lantern(cast.tom.call(), count=3) == 3
    row = AuditRow.objects.get()
    assert (row.act, row.kind, row.permission) == (
        "event",
        "lantern_lit",
        "bills.publish",
    )
    assert row.details["count"] == 3
    assert row.actor_id == cast.tom.account.pk
    assert Job.objects.get().payload["count"] == 3


def test_a_verb_that_says_nothing_is_undone(cast):
    before = _people()
    with pytest.raises(SilentVerb):
        say_nothing(cast.tom.call())
    assert _people() == before


def test_a_verb_that_rightly_changes_nothing_says_so(cast):
    repeat(cast.tom.call())
    assert AuditRow.objects.get().details == {"reason": "it burns already"}


def test_a_verb_never_calls_a_verb(cast):
    with pytest.raises(NestedVerb):
        light_twice(cast.tom.call())
    light_lantern(cast.tom.call())


def test_a_refusal_is_written_down_and_nothing_happens(cast):
    before = _people()
    with pytest.raises(Denied) as denied:
        light_lantern(cast.rosa.call())
    assert denied.value.refusal is Refusal.STRANGER
    with pytest.raises(Denied) as denied:
        light_lantern(cast.lena.call())
    assert denied.value.refusal is Refusal.INSIDER
    assert _people() == before
    assert [r.act for r in AuditRow.objects.all()] == ["refusal", "refusal"]


def test_a_refusal_stays_written_down(committing):
    from tests.factories.cast import make_cast

    cast = make_cast()
    with pytest.raises(Denied):
        light_lantern(cast.rosa.call())
    connection.close()
    assert AuditRow.objects.filter(act="refusal").count() == 1


def test_a_failing_audit_undoes_the_verb(cast, monkeypatch):
    before = _people()

    def broken(rows: list[models.Model]) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(writing, "write", broken)
    with pytest.raises(OSError, match="disk full"):
        light_lantern(cast.tom.call())
    assert _people() == before
    assert Job.objects.count() == 0


def test_a_read_reaches_the_person_and_those_merged_with_them(cast):
    old = Person.objects.create()
    PersonLink.objects.create(merged=old, survivor=cast.rosa.person, reason="twice registered")
    call = cast.rosa.call()
    assert list_lanterns(call) == {cast.rosa.person_id, old.id}
    assert cast.pat.person_id not in list_lanterns(call)
    assert [a.kind for a in call.accesses] == ["list_lanterns", "list_lanterns"]


def test_nobody_reads_for_somebody_else(cast):
    call = cast.rosa.call()
    call.patient_id = cast.pat.person_id
    with pytest.raises(Denied):
        list_lanterns(call)


def test_the_worker_may_do_what_machines_do(cast):
    light_lantern(system_call("worker"))
    assert AuditRow.objects.get().actor_kind == "system"


def test_a_verb_costs_two_queries_beside_its_own(cast, django_assert_num_queries):
    call = cast.tom.call()
    with django_assert_num_queries(4):  # savepoint and release of the test, the person, the audit
        light_lantern(call)
