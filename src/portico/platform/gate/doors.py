"""Doors: the decorators around a view that build its `Call`, and write down what was read before it is shown.

    @patient_door
    def bill_list(request, call):
        return TemplateResponse(request, "web/patient/bills/list.html", {"page": list_bills(call)})

A door renders the answer, writes the accesses, and only then lets the body leave; when the audit cannot be
written, nobody sees the page. Pages behind sign-in are never stored by browser or proxy.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers

from portico.platform.access.decisions import Denied, Refusal
from portico.platform.access.relations import Purpose, Relation
from portico.platform.audit import writing
from portico.platform.gate.requests import network_address, request_id
from portico.platform.gate.verbs import flush_accesses
from portico.platform.identity.models import Account, StaffRole
from portico.platform.identity.sessions import SECOND_STEP_SET_UP, has_second_factor
from portico.platform.kernel import clock
from portico.platform.kernel.call import ANONYMOUS, Actor, Call, RoleGrant
from portico.platform.kernel.errors import NotThere

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Call, P], HttpResponseBase]
Door = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

# Addresses are part of the contract with clinics (DESIGN §4), so the gate may know these.
SIGN_IN = "/sign-in"
WAITING = "/sign-up/waiting"


def patient_door(view: View[P]) -> Door[P]:
    """For pages of a patient's own. The call acts for the account's person (relation self).

    Nobody signed in: to sign-in and back. An account that is nobody's yet: to `/sign-up/waiting`. Staff: 403.
    """

    @functools.wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        account = account_of(request)
        if account is None:
            return to_sign_in(request)
        if account.is_staff_member:
            _turn_away(staff_call(request, account), "patient_door")
            raise PermissionDenied
        if account.person_id is None:
            return HttpResponseRedirect(WAITING)
        return _through(request, patient_call(request, account), view, *args, **kwargs)

    door.door = "patient"  # type: ignore[attr-defined]
    return door


def staff_door(view: View[P]) -> Door[P]:
    """For staff pages. The call names no patient (relation staff, purpose operations).

    A patient gets 404 and leaves a trace in the audit. Staff without a second factor reach only its set-up.
    """

    @functools.wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        account = account_of(request)
        if account is None:
            return to_sign_in(request)
        if not account.is_staff_member:
            _turn_away(patient_call(request, account), "staff_door")
            raise Http404
        call = staff_call(request, account)
        if not call.actor.mfa:
            return HttpResponseRedirect(SECOND_STEP_SET_UP)
        return _through(request, call, view, *args, **kwargs)

    door.door = "staff"  # type: ignore[attr-defined]
    return door


def open_door(view: View[P]) -> Door[P]:
    """For pages that anybody may open. The call acts for nobody, but knows who is signed in."""

    @functools.wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        account = account_of(request)
        if account is None:
            call = _call(request, ANONYMOUS)
        elif account.is_staff_member:
            call = staff_call(request, account)
        else:
            call = patient_call(request, account)
        return _through(request, call, view, *args, **kwargs)

    door.door = "open"  # type: ignore[attr-defined]
    return door


def patient_call(request: HttpRequest, account: Account) -> Call:
    """The call of a patient's account for themselves. One that is nobody's yet acts for no patient."""
    call = _call(request, _actor(request, account))
    call.patient_id, call.relation, call.purpose = (
        account.person_id,
        Relation.SELF,
        Purpose.SELF,
    )
    return call


def staff_call(request: HttpRequest, account: Account) -> Call:
    """The call of a staff member: relation staff, purpose operations, no patient."""
    call = _call(request, _actor(request, account))
    call.relation, call.purpose = Relation.STAFF, Purpose.OPERATIONS
    return call


def account_of(request: HttpRequest) -> Account | None:
    """The account that is signed in, if any."""
    user = getattr(request, "user", None)
    return user if isinstance(user, Account) else None


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and back here afterwards; what was posted is not repeated."""
    after = request.get_full_path() if request.method in ("GET", "HEAD") else "/home"
    ended = getattr(request, "session_ended", "")
    answer = HttpResponseRedirect(
        f"{SIGN_IN}?next={quote(after)}" + (f"&ended={ended}" if ended else "")
    )
    add_never_cache_headers(answer)
    return answer


def _turn_away(call: Call, door: str) -> None:
    writing.write([writing.row_for(call, act="refusal", kind=door)])


def _call(request: HttpRequest, actor: Actor) -> Call:
    return Call(
        actor=actor,
        now=clock.now(),
        request_id=request_id(request),
        source=network_address(request),
    )


def _actor(request: HttpRequest, account: Account) -> Actor:
    roles = _grants(account) if account.is_staff_member else ()
    return Actor(
        kind="account",
        account_id=account.pk,
        person_id=account.person_id,
        label=account.display_name,
        roles=roles,
        mfa=has_second_factor(request),
    )


def _grants(account: Account) -> tuple[RoleGrant, ...]:
    rows = StaffRole.objects.filter(account=account).values_list("role", "location_id", "entity_id")
    return tuple(
        RoleGrant(
            role=role,
            locations=frozenset({location} if location else ()),
            entities=frozenset({entity} if entity else ()),
        )
        for role, location, entity in rows
    )


def _through(
    request: HttpRequest, call: Call, view: View[P], *args: P.args, **kwargs: P.kwargs
) -> HttpResponseBase:
    try:
        answer = view(request, call, *args, **kwargs)
        render: Any = getattr(answer, "render", None)
        if callable(render):
            answer = render()  # its queries belong to this call
    except Denied as denied:
        return _refused(request, denied)
    except NotThere as missing:
        raise Http404 from missing
    flush_accesses(call)
    if call.actor.kind == "account" or request.method == "POST":
        add_never_cache_headers(answer)
        answer["Cache-Control"] = "no-store"
    return answer


def _refused(request: HttpRequest, denied: Denied) -> HttpResponseBase:
    if denied.refusal is Refusal.SIGN_IN:
        return to_sign_in(request)
    if denied.refusal is Refusal.SECOND_FACTOR:
        return HttpResponseRedirect(SECOND_STEP_SET_UP)
    if denied.refusal is Refusal.INSIDER:
        raise PermissionDenied from denied
    raise Http404 from denied
