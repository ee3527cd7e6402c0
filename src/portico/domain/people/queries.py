"""Who people are, for pages of their own and for staff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from portico.domain.people.models import ContactPoint, Profile, SignUp
from portico.domain.people.rules import fold_name, is_same_name
from portico.domain.people.states import SignUpState
from portico.platform.access.permissions import Permission
from portico.platform.gate.verbs import query
from portico.platform.kernel.call import Call
from portico.platform.kernel.errors import NotThere

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class PersonName:
    """Whom an id means."""

    person_id: UUID
    full_name: str
    birth_date: date | None
    birth_precision: str
    record_number: str

    @property
    def birth_text(self) -> str:
        """The birth date as far as it is known, as ISO text."""
        if self.birth_date is None:
            return ""
        return self.birth_date.isoformat()[
            : {"year": 4, "month": 7, "day": 10}[self.birth_precision]
        ]


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A person's own page about themselves."""

    name: PersonName
    language: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignUpView:
    """A sign-up beside the people it may be."""

    sign_up_id: UUID
    full_name: str
    birth_text: str
    email: str
    asked_at: datetime
    candidates: tuple[PersonName, ...]


@query(Permission.RECORD_READ)
def get_profile(call: Call) -> ProfileView:
    """Who the person acted for is. NotThere when nothing is known of them."""
    row = Profile.objects.within(call.scope).first()
    if row is None:
        raise NotThere
    contacts = list(
        ContactPoint.objects.within(call.scope).order_by("id").values_list("kind", "value")
    )
    return ProfileView(
        name=_name(row),
        language=row.language,
        emails=tuple(v for k, v in contacts if k == "email"),
        phones=tuple(v for k, v in contacts if k == "phone"),
    )


@query(Permission.PEOPLE_READ)
def list_names(call: Call, *, person_ids: Iterable[UUID]) -> dict[UUID, PersonName]:
    """The names of some people. Whoever is not known is left out."""
    rows = Profile.objects.within(call.scope).filter(person_id__in=list(person_ids))
    names = {row.person_id: _name(row) for row in rows}
    call.shown(*names)
    return names


@query(Permission.PEOPLE_READ)
def find_people(call: Call, *, text: str) -> tuple[PersonName, ...]:
    """People by record number or by parts of their name, in any order, at most 50."""
    rows = Profile.objects.within(call.scope)
    exact = rows.filter(record_number=text.strip())
    words = fold_name(text).split()
    if not words:
        return ()
    for word in words:
        rows = rows.filter(folded_name__contains=word)
    found = list((exact | rows).order_by("full_name", "person_id")[:_SHOWN])
    call.shown(*(row.person_id for row in found))
    return tuple(_name(row) for row in found)


@query(Permission.SIGN_UPS_MATCH)
def list_sign_ups(call: Call) -> tuple[SignUpView, ...]:
    """Sign-ups that wait for staff, oldest first, each beside everybody of that birth date or name."""
    waiting = SignUp.objects.within(call.scope).filter(state=SignUpState.WAITING)
    views = []
    for row in waiting.order_by("asked_at")[:_SHOWN]:
        people = Profile.objects.within(call.scope).filter(birth_date__year=row.birth_date.year)
        alike = [
            p
            for p in people
            if p.birth_date == row.birth_date or is_same_name(p.full_name, row.full_name)
        ]
        call.shown(*(p.person_id for p in alike))
        ends = {"year": 4, "month": 7, "day": 10}[row.birth_precision]
        views.append(
            SignUpView(
                sign_up_id=row.id,
                full_name=row.full_name,
                birth_text=row.birth_date.isoformat()[:ends],
                email=row.email,
                asked_at=row.asked_at,
                candidates=tuple(_name(p) for p in alike[:10]),
            )
        )
    return tuple(views)


@query(Permission.SIGN_UPS_MATCH, noted=False)
def count_sign_ups(call: Call) -> int:
    """How many sign-ups wait for staff."""
    return SignUp.objects.within(call.scope).filter(state=SignUpState.WAITING).count()


@query(Permission.MACHINE_RUN, noted=False)
def get_sign_up_mail(call: Call, *, sign_up_id: UUID) -> tuple[str, str]:
    """Where the link of a sign-up goes, and in which language."""
    row = SignUp.objects.within(call.scope).get(id=sign_up_id)
    return row.email, row.language


def _name(row: Profile) -> PersonName:
    return PersonName(
        row.person_id, row.full_name, row.birth_date, row.birth_precision, row.record_number
    )
