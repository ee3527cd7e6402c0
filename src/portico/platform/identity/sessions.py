"""How long a sign-in lasts: 15 idle minutes; 12 hours in all for patients, 10 for staff (SECURITY §5).

On *This is a shared device* it is 5 idle minutes and ends with the browser. The limits are checked here, on the
server, by the kernel's clock; the cookie's own age is only a second net.

Pages use `seconds_left(request)` for the warning, POST `/session/extend` calls `extend(request)`, and a view that a
page asks by itself (a status that reloads) wears `@not_activity`, so that an open page is not a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from portico.platform.identity.limits import (
    ABSOLUTE,
    ABSOLUTE_STAFF,
    IDLE,
    IDLE_SHARED,
    NOTED_EVERY,
)
from portico.platform.kernel import clock

SECOND_STEP_SET_UP = "/security/second-step"
# What staff without a second factor may open.
_OPEN_TO_HALF_SIGNED_IN = (
    SECOND_STEP_SET_UP,
    "/sign-out",
    "/sign-in",
    "/language",
    "/session/",
    "/static/",
)

_KEY = "portico_limits"
V = TypeVar("V", bound=Callable[..., Any])


@dataclass(slots=True)
class _Limits:
    started: float
    seen: float
    staff: bool
    shared: bool

    def ends_at(self) -> float:
        idle = IDLE_SHARED if self.shared else IDLE
        absolute = ABSOLUTE_STAFF if self.staff else ABSOLUTE
        return min(self.seen + idle.total_seconds(), self.started + absolute.total_seconds())


def start_session(request: HttpRequest, *, shared_device: bool = False) -> None:
    """Begin to count, right after sign-in. `shared_device`: short, and over when the browser closes."""
    now = clock.now().timestamp()
    staff = bool(getattr(request.user, "is_staff_member", False))
    _keep(request, _Limits(started=now, seen=now, staff=staff, shared=shared_device))
    if shared_device:
        request.session.set_expiry(0)


def seconds_left(request: HttpRequest) -> int | None:
    """How long this sign-in still lasts without activity; None when nobody is signed in."""
    limits = _limits(request)
    return None if limits is None else max(0, int(limits.ends_at() - clock.now().timestamp()))


def extend(request: HttpRequest) -> int | None:
    """The person is still here: count the idle time anew. Gives the seconds left; never beyond the absolute end."""
    limits = _limits(request)
    if limits is not None:
        limits.seen = clock.now().timestamp()
        _keep(request, limits)
    return seconds_left(request)


def is_shared_device(request: HttpRequest) -> bool:
    """Was *This is a shared device* ticked at this sign-in? Then nothing is remembered."""
    limits = _limits(request)
    return limits is not None and limits.shared


def clear_site_data(response: HttpResponse) -> HttpResponse:
    """Have the browser forget what it kept of us: for the answer that leaves (sign-out, ended session)."""
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def not_activity(view: V) -> V:
    """For views that pages ask by themselves: they do not keep a sign-in alive."""
    view.not_activity = True  # type: ignore[attr-defined]
    return view


def has_second_factor(request: HttpRequest) -> bool:
    """Did this session pass a second factor (code, recovery code or passkey)?"""
    records = get_authentication_records(request, getattr(request, "user", None))
    return any(r.get("method") == "mfa" for r in records)


def note_second_factor(request: HttpRequest, *, kind: str) -> None:
    """A second factor was just set up and proven here. `kind` is "totp" or "webauthn"."""
    record_authentication(request, request.user, "mfa", type=kind)


class SessionLimitsMiddleware:
    """Ends sign-ins that are over, notes activity, and holds staff without a second factor at its set-up.

    An ended session leaves `request.session_ended` as "idle" or "absolute" for the sign-in page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.session_ended = ""  # type: ignore[attr-defined]
        if SESSION_KEY in request.session:
            self._check(request)
            if answer := _hold_half_signed_in(request):
                return answer
        response = self.get_response(request)
        if request.session_ended:  # type: ignore[attr-defined]
            clear_site_data(response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        limits = _limits(request)
        if limits is None or getattr(view, "not_activity", False):
            return
        if clock.now().timestamp() - limits.seen >= NOTED_EVERY.total_seconds():
            extend(request)

    def _check(self, request: HttpRequest) -> None:
        limits = _limits(request)
        if limits is None:
            start_session(request)
            return
        now = clock.now().timestamp()
        if now >= limits.ends_at():
            absolute = ABSOLUTE_STAFF if limits.staff else ABSOLUTE
            over = now >= limits.started + absolute.total_seconds()
            request.session.flush()
            request.user = AnonymousUser()
            request.session_ended = "absolute" if over else "idle"  # type: ignore[attr-defined]


def _hold_half_signed_in(request: HttpRequest) -> HttpResponse | None:
    limits = _limits(request)
    if limits is None or not limits.staff or has_second_factor(request):
        return None
    if request.path.startswith(_OPEN_TO_HALF_SIGNED_IN):
        return None
    return HttpResponseRedirect(SECOND_STEP_SET_UP)


def _limits(request: HttpRequest) -> _Limits | None:
    if SESSION_KEY not in request.session:
        return None
    kept = request.session.get(_KEY)
    if not isinstance(kept, list) or len(kept) != 4:
        return None
    return _Limits(*kept)


def _keep(request: HttpRequest, limits: _Limits) -> None:
    request.session[_KEY] = [limits.started, limits.seen, limits.staff, limits.shared]
