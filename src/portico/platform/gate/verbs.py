"""`@action` and `@query`: the only place that joins *may they* with *write down that they did*."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.db import transaction

from portico.platform.access.decisions import Denied, Refusal, Scope, Subject, decide
from portico.platform.access.permissions import Permission
from portico.platform.access.relations import Purpose, Relation
from portico.platform.audit import writing
from portico.platform.gate import reactions
from portico.platform.identity.models import resolve_person
from portico.platform.kernel import writers
from portico.platform.kernel.call import Access, Call

P = ParamSpec("P")
R = TypeVar("R")

_running: ContextVar[str] = ContextVar("running_action", default="")


class SilentVerb(AssertionError):
    """A verb ended without an event and without saying why nothing changed."""


class NestedVerb(AssertionError):
    """A verb called another verb. Share rules and models, or emit an event."""


def action(
    permission: Permission,
) -> Callable[[Callable[Concatenate[Call, P], R]], Callable[Concatenate[Call, P], R]]:
    """Make a function a verb: decided, in one transaction, with its events and their jobs, audited.

    The verb takes the call first and keywords after it. A refusal commits its own audit row and raises
    `Denied`. The verb must emit an event or say `call.unchanged(reason)`; otherwise `SilentVerb` undoes it.
    A verb never calls a verb (`NestedVerb`).
    """

    def decorate(
        verb: Callable[Concatenate[Call, P], R],
    ) -> Callable[Concatenate[Call, P], R]:
        @functools.wraps(verb)
        def gated(call: Call, *args: P.args, **kwargs: P.kwargs) -> R:
            if _running.get():
                raise NestedVerb(f"{verb.__name__} was called by {_running.get()}")
            call.scope = _scope(call, permission, verb.__name__)
            call.events, call.quiet_reason = [], ""
            token = _running.set(verb.__name__)
            try:
                with writers.turn(), transaction.atomic(durable=True):
                    result = verb(call, *args, **kwargs)
                    _conclude(call, permission, verb.__name__)
                    return result
            finally:
                _running.reset(token)

        gated.permission = permission  # type: ignore[attr-defined]
        gated.gate = "action"  # type: ignore[attr-defined]
        return cast(Callable[Concatenate[Call, P], R], gated)

    return decorate


def query(
    permission: Permission, *, noted: bool = True
) -> Callable[[Callable[Concatenate[Call, P], R]], Callable[Concatenate[Call, P], R]]:
    """Make a function a read: decided, scoped, and noted on the call for the door to write down.

    `noted=False` is for reads that show nobody's data (counts of jobs, a form's choices).
    """

    def decorate(
        read: Callable[Concatenate[Call, P], R],
    ) -> Callable[Concatenate[Call, P], R]:
        @functools.wraps(read)
        def gated(call: Call, *args: P.args, **kwargs: P.kwargs) -> R:
            outer, call.scope = call.scope, _scope(call, permission, read.__name__)
            if noted:
                shown = (call.patient_id,) if call.patient_id else ()
                call.accesses.append(Access(kind=read.__name__, patient_ids=shown))
            try:
                return read(call, *args, **kwargs)
            finally:
                call.scope = outer  # a verb that reads a neighbour goes on in its own scope

        gated.permission = permission  # type: ignore[attr-defined]
        gated.gate = "query"  # type: ignore[attr-defined]
        return cast(Callable[Concatenate[Call, P], R], gated)

    return decorate


def flush_accesses(call: Call) -> None:
    """Write down what a call read, as one row set. A failure must stop the answer."""
    rows = [
        writing.row_for(
            call,
            act="read",
            kind=access.kind,
            patient_ids=access.patient_ids if call.patient_id is None else (),
            details=dict(access.details),
        )
        for access in call.accesses
    ]
    call.accesses = []
    if rows:
        writing.write(rows)


def _subject(call: Call) -> Subject:
    if call.patient_id is None:
        return Subject(None)
    if call.patient_id not in call.same_person:
        _, call.same_person = resolve_person(call.patient_id)
    return Subject(call.patient_id, call.same_person)


def _scope(call: Call, permission: Permission, name: str) -> Scope:
    decision = decide(
        call.actor,
        permission,
        Relation(call.relation),
        Purpose(call.purpose),
        call.now,
        _subject(call),
    )
    if isinstance(decision, Refusal):
        row = writing.row_for(
            call,
            act="refusal",
            kind=name,
            permission=permission,
            details={"refusal": decision},
        )
        writing.write([row])
        raise Denied(decision, permission)
    return decision


def _conclude(call: Call, permission: Permission, name: str) -> None:
    if not call.events and not call.quiet_reason:
        raise SilentVerb(name)
    rows = [
        writing.row_for(
            call,
            act="event",
            kind=event.kind(),
            permission=permission,
            patient_id=event.patient_id,
            details=event.payload(),
        )
        for event in call.events
    ]
    if call.quiet_reason:
        details = {"reason": call.quiet_reason}
        rows.append(
            writing.row_for(call, act="event", kind=name, permission=permission, details=details)
        )
    writing.write(rows)
    for event in call.events:
        reactions.hand_over(event)
