"""What happened to people and their ways in."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from portico.platform.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilesTaken(Event):
    """Names, birth dates and contacts came with an import."""

    sentence = _("took over who people are from an import")
    batch_id: UUID
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterIssued(Event):
    """An identity was checked and an enrolment letter made."""

    sentence = _("checked an identity and printed an enrolment letter")
    enrolment_id: UUID
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterOpened(Event):
    """Code and second fact of a letter were right."""

    sentence = _("typed the code of an enrolment letter")
    enrolment_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterTryFailed(Event):
    """A code or its second fact was not right, or came too often."""

    sentence = _("typed a code that opened nothing")
    stopped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRedeemed(Event):
    """A letter made an account, or gave an old one a new password."""

    sentence = _("opened an account with an enrolment letter")
    enrolment_id: UUID
    account_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpAsked(Event):
    """Somebody asked for an account."""

    sentence = _("asked for an account")
    sign_up_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpConfirmed(Event):
    """The e-mail of a sign-up is proven; it waits for staff."""

    sentence = _("confirmed the e-mail of a sign-up")
    sign_up_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpDecided(Event):
    """A sign-up is somebody, or refused. `state` is linked, new or refused."""

    sentence = _("decided who a sign-up is")
    sign_up_id: UUID
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNoted(Event):
    """Something about a sign-in. `what`: signed-in, sign-in-failed, signed-out, password-changed, factor-added …"""

    sentence = _("used a sign-in")
    what: str
    account_id: UUID | None = None
