"""What allauth announces about sign-ins becomes audited verbs. The only signal receivers of the house."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

from portico.domain.people.actions import note_account
from portico.platform.gate.doors import patient_call, staff_call
from portico.platform.gate.requests import network_address, request_id
from portico.platform.identity import sessions
from portico.platform.identity.models import Account
from portico.platform.kernel import clock
from portico.platform.kernel.call import ANONYMOUS, Call


def _signed_in(request: HttpRequest, user: Account, **_more: Any) -> None:
    shared = bool(request.session.pop("portico_shared", False))
    sessions.start_session(request, shared_device=shared)
    _note(request, user, "signed-in")


def _failed(request: HttpRequest | None = None, **_more: Any) -> None:
    if request is not None:
        call = Call(
            actor=ANONYMOUS,
            now=clock.now(),
            request_id=request_id(request),
            source=network_address(request),
        )
        note_account(call, what="sign-in-failed")


def _noting(what: str) -> Any:
    def receiver(request: HttpRequest, user: Account, **_more: Any) -> None:
        _note(request, user, what)

    return receiver


def _note(request: HttpRequest, user: Account, what: str) -> None:
    call = staff_call(request, user) if user.is_staff_member else patient_call(request, user)
    note_account(call, what=what, account_id=user.pk)


_RECEIVERS = (
    (account_signals.user_logged_in, _signed_in, "signed-in"),
    (user_login_failed, _failed, "failed"),
    (account_signals.password_changed, _noting("password-changed"), "password-changed"),
    (account_signals.password_reset, _noting("password-reset"), "password-reset"),
    (account_signals.email_changed, _noting("email-changed"), "email-changed"),
    (mfa_signals.authenticator_added, _noting("factor-added"), "factor-added"),
    (mfa_signals.authenticator_removed, _noting("factor-removed"), "factor-removed"),
)
for _signal, _receiver, _name in _RECEIVERS:
    _signal.connect(_receiver, weak=False, dispatch_uid=f"portico.{_name}")
