"""The three ways in: a letter of the clinic, a sign-up that is matched, a sign-up of somebody new."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils.crypto import salted_hmac

from portico.domain.people import demographics
from portico.domain.people.events import (
    AccountNoted,
    LetterIssued,
    LetterOpened,
    LetterRedeemed,
    LetterTryFailed,
    ProfilesTaken,
    SignUpAsked,
    SignUpConfirmed,
    SignUpDecided,
)
from portico.domain.people.models import (
    ContactPoint,
    Enrolment,
    EnrolmentTry,
    Profile,
    SignUp,
)
from portico.domain.people.ports import LetterView
from portico.domain.people.rules import (
    CODE_LENGTH,
    LETTER_LASTS,
    LETTER_OPEN_FOR,
    MOST_TRIES_OF_A_CODE,
    MOST_TRIES_OF_A_SOURCE,
    MOST_TRIES_OF_ALL,
    TRIES_COUNT_FOR,
    Birth,
    fold_name,
    is_same_name,
    is_second_fact,
    read_birth,
)
from portico.domain.people.states import DOCUMENTS, SignUpState
from portico.platform.access.permissions import Permission
from portico.platform.gate.verbs import action
from portico.platform.identity import phones, signing_in
from portico.platform.identity.models import Account, Person
from portico.platform.kernel.call import Call
from portico.platform.kernel.errors import NotThere, Refused
from portico.platform.kernel.ids import clean_readable_code, new_readable_code
from portico.platform.kernel.scope import Scope
from portico.record import reader

# Who signs up may see nobody; the comparison must see everybody, and tells nothing of it.
_EVERYBODY = Scope(patient_ids=None)


class PeopleAlike(Refused):
    """Somebody of that name and birth date is known. `person_ids` says who: choose, or say that it is another."""

    def __init__(self, person_ids: tuple[UUID, ...]) -> None:
        super().__init__("somebody of that name and birth date is known")
        self.person_ids = person_ids


class NoSecondFact(Refused):
    """Without a birth year nobody can prove that a letter is theirs."""


class LetterGone(Refused):
    """The letter was used, revoked or replaced meanwhile, or its page stood open too long."""


class SignUpGone(Refused):
    """The sign-up was confirmed or decided before."""


class PersonHasAccount(Refused):
    """That person signs in already: a letter gives them a new password."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter whose code and second fact were right."""

    enrolment_id: UUID
    username: str
    full_name: str


@dataclass(frozen=True, slots=True)
class IssuedLetter:
    """A letter just made. `letter.code` is never readable again."""

    enrolment_id: UUID
    person_id: UUID
    language: str
    letter: LetterView


@action(Permission.ENROLMENT_ISSUE)
def issue_letter(
    call: Call,
    *,
    document: str,
    person_id: UUID | None = None,
    full_name: str = "",
    birth: Birth | None = None,
    email: str = "",
    phone: str = "",
    language: str = "",
    surely_new: bool = False,
) -> IssuedLetter:
    """Make an enrolment letter for a person whose identity was checked with `document`.

    Without `person_id` the person is made of `full_name` and `birth`, unless somebody like that is known
    (PeopleAlike) and `surely_new` is not said. Letters issued before stop working. Raises NoSecondFact.
    """
    if document not in DOCUMENTS:
        raise NotThere
    profile = _profile_for_letter(call, person_id, full_name, birth, surely_new)
    if profile.birth_date is None:
        raise NoSecondFact
    _keep_contacts(profile.person_id, email, phone)
    if language:
        profile.language = language
        profile.save(update_fields=["language"])
    Enrolment.objects.within(call.scope).filter(
        person_id=profile.person_id, used_at=None, revoked_at=None
    ).update(revoked_at=call.now)
    account = Account.objects.filter(person_id=profile.person_id).first()
    code = new_readable_code(CODE_LENGTH)
    row = Enrolment.objects.create(
        person_id=profile.person_id,
        username=account.username if account else _new_username(profile.full_name),
        code_hash=_hash(code),
        document=document,
        checked_by_id=call.actor.account_id,
        issued_at=call.now,
        expires_at=call.now + LETTER_LASTS,
    )
    call.emit(LetterIssued(patient_id=row.person_id, enrolment_id=row.id, document=document))
    asks_year = profile.birth_precision == "year"
    letter = LetterView(profile.full_name, row.username, code, asks_year, row.expires_at)
    return IssuedLetter(row.id, row.person_id, profile.language, letter)


@action(Permission.ENROLMENT_REDEEM)
def open_letter(call: Call, *, code: str, birth: Birth) -> Opened | None:
    """Is this the code of a letter, and the birth date of its person? None for every other case alike.

    A wrong try counts against the code, the source and everybody together; past a limit nothing opens.
    """
    stopped = _is_stopped(call)
    letters = Enrolment.objects.within(call.scope).select_for_update(of=("self",))
    row = (
        letters.select_related("person")
        .filter(code_hash=_hash(clean_readable_code(code)), used_at=None, revoked_at=None)
        .filter(expires_at__gt=call.now, tries__lt=MOST_TRIES_OF_A_CODE)
        .first()
    )
    profile = row.person.profile if row else None
    known = (profile.birth_date, profile.birth_precision) if profile else (None, "day")
    if stopped or not is_second_fact(*known, birth) or row is None or profile is None:
        EnrolmentTry.objects.create(source_hash=_hash(call.source), tried_at=call.now)
        if row is not None and not stopped:
            row.tries += 1
            row.save(update_fields=["tries"])
        call.emit(LetterTryFailed(stopped=stopped, patient_id=row.person_id if row else None))
        return None
    row.opened_at = call.now
    row.save(update_fields=["opened_at"])
    call.emit(LetterOpened(patient_id=row.person_id, enrolment_id=row.id))
    return Opened(row.id, row.username, profile.full_name)


@action(Permission.ENROLMENT_REDEEM)
def redeem_letter(call: Call, *, enrolment_id: UUID, password: str, email: str = "") -> Account:
    """Use an opened letter once: make the person's account, or give the one they have a new password.

    `enrolment_id` comes from the session in which the letter was opened. Raises LetterGone.
    """
    row = (
        Enrolment.objects.within(call.scope)
        .select_for_update(of=("self",))
        .select_related("person")
        .filter(id=enrolment_id, used_at=None, revoked_at=None)
        .filter(opened_at__gt=call.now - LETTER_OPEN_FOR, expires_at__gt=call.now)
        .first()
    )
    if row is None:
        raise LetterGone
    profile: Profile = row.person.profile
    account = Account.objects.filter(person_id=row.person_id).first()
    if account is None:
        account = Account(
            username=row.username,
            person_id=row.person_id,
            display_name=profile.full_name[:200],
            language=profile.language,
        )
    if email:
        account.email = account.email or email.lower()
        _keep_contacts(row.person_id, email, "")
    account.set_password(password)
    account.save()
    row.used_at = call.now
    row.save(update_fields=["used_at"])
    call.emit(LetterRedeemed(patient_id=row.person_id, enrolment_id=row.id, account_id=account.pk))
    return account


@action(Permission.SIGN_UP)
def ask_for_account(call: Call, *, full_name: str, birth: Birth, email: str, language: str) -> UUID:
    """Keep a sign-up. Nothing is compared here: what the person sees is the same for everybody."""
    row = SignUp.objects.create(
        full_name=full_name,
        birth_date=birth.first_day,
        birth_precision=birth.precision,
        email=email.lower(),
        language=language,
        asked_at=call.now,
    )
    call.emit(SignUpAsked(sign_up_id=row.id))
    return row.id


@action(Permission.SIGN_UP)
def confirm_sign_up(call: Call, *, sign_up_id: UUID, password: str) -> Account:
    """The link in the mail was followed: make the account, and find out who it is.

    Linked at once only where one person alone has this name, birth date and e-mail on file, nobody else has
    that e-mail, and that person has no account. Where nobody is like it, and the installation takes new
    patients at once, it is somebody new. In every other case it waits for staff. Raises SignUpGone.
    """
    row = (
        SignUp.objects.within(call.scope)
        .select_for_update(of=("self",))
        .filter(id=sign_up_id, state=SignUpState.ASKED)
        .first()
    )
    if row is None or signing_in.find_account_by_email(row.email):
        raise SignUpGone
    account = Account(
        username=_new_username(row.full_name),
        email=row.email,
        display_name=row.full_name[:200],
        language=row.language,
    )
    account.set_password(password)
    account.save()
    EmailAddress.objects.create(user=account, email=row.email, verified=True, primary=True)
    row.account = account
    _settle_by_itself(call, row, account)
    row.save()
    if row.state == SignUpState.WAITING:
        call.emit(SignUpConfirmed(sign_up_id=row.id))
    else:
        call.emit(SignUpDecided(sign_up_id=row.id, state=row.state, patient_id=row.person_id))
    return account


@action(Permission.SIGN_UPS_MATCH)
def decide_sign_up(
    call: Call, *, sign_up_id: UUID, person_id: UUID | None = None, refuse_because: str = ""
) -> None:
    """Staff say who a sign-up is: a known person, somebody new (neither argument), or nobody for us.

    Raises SignUpGone and PersonHasAccount.
    """
    row = (
        SignUp.objects.within(call.scope)
        .select_for_update(of=("self",))
        .filter(id=sign_up_id, state=SignUpState.WAITING)
        .first()
    )
    if row is None or row.account_id is None:
        raise SignUpGone
    account = Account.objects.get(pk=row.account_id)
    if refuse_because:
        row.state, row.reason = SignUpState.REFUSED, refuse_because
        account.is_active = False
    elif person_id is not None:
        if not Profile.objects.within(call.scope).filter(person_id=person_id).exists():
            raise NotThere
        if Account.objects.filter(person_id=person_id).exists():
            raise PersonHasAccount
        row.state, row.person_id = SignUpState.LINKED, person_id
    else:
        row.state, row.person = SignUpState.NEW, _new_person_of(row)
    account.person_id = row.person_id
    account.save(update_fields=["person", "is_active"])
    row.decided_by_id, row.decided_at = call.actor.account_id, call.now
    row.save()
    call.emit(SignUpDecided(sign_up_id=row.id, state=row.state, patient_id=row.person_id))


@action(Permission.MACHINE_RUN)
def take_in_patients(call: Call, *, batch_id: UUID) -> int:
    """Bring names, birth dates, languages and contacts in step with the Patients of an import. Gives how many."""
    count = 0
    for resource in reader.resources_of_batch(batch_id, types=("Patient",)):
        if resource.patient_id is None:
            continue
        read = demographics.read_patient(reader.decode(resource.raw))
        birth = read_birth(read.birth_date)
        Profile.objects.within(call.scope).update_or_create(
            person_id=resource.patient_id,
            defaults={
                "full_name": read.full_name[:300],
                "given": read.given[:200],
                "family": read.family[:200],
                "folded_name": fold_name(read.full_name)[:300],
                "birth_date": birth.first_day if birth else None,
                "birth_precision": birth.precision if birth else "day",
                "language": read.language[:10],
                "record_number": read.record_number[:100],
                "updated_at": call.now,
            },
        )
        for email in read.emails:
            _keep_contacts(resource.patient_id, email, "")
        for phone in read.phones:
            _keep_contacts(resource.patient_id, "", phone)
        count += 1
    if count:
        call.emit(ProfilesTaken(batch_id=batch_id, count=count))
    else:
        call.unchanged("no patients in this import")
    return count


@action(Permission.SIGN_UP)
def note_account(call: Call, *, what: str, account_id: UUID | None = None) -> None:
    """Write down what happened to a sign-in; allauth announces it, nothing is decided here."""
    call.emit(AccountNoted(what=what, account_id=account_id, patient_id=call.patient_id))


def _profile_for_letter(
    call: Call, person_id: UUID | None, full_name: str, birth: Birth | None, surely_new: bool
) -> Profile:
    people = Profile.objects.within(call.scope)
    if person_id is not None:
        found = people.filter(person_id=person_id).first()
        if found is None:
            raise NotThere
        return found
    if birth is None or not full_name.strip():
        raise NoSecondFact
    same_year = people.filter(birth_date__year=birth.year)
    alike = tuple(p.person_id for p in same_year if is_same_name(p.full_name, full_name))
    if alike and not surely_new:
        raise PeopleAlike(alike)
    return _new_profile(full_name, birth)


def _new_profile(full_name: str, birth: Birth) -> Profile:
    name = " ".join(full_name.split())
    return Profile.objects.create(
        person=Person.objects.create(),
        full_name=name,
        folded_name=fold_name(name),
        birth_date=birth.first_day,
        birth_precision=birth.precision,
    )


def _new_person_of(row: SignUp) -> Person:
    day = row.birth_date
    parts = {"year": (day.year,), "month": (day.year, day.month)}
    birth = Birth(*parts.get(row.birth_precision, (day.year, day.month, day.day)))
    profile = _new_profile(row.full_name, birth)
    _keep_contacts(profile.person_id, row.email, "")
    return profile.person


def _settle_by_itself(call: Call, row: SignUp, account: Account) -> None:
    """Compare a sign-up with everybody. Its caller learns only whether the account is theirs now."""
    row.state = SignUpState.WAITING
    alike = [
        p
        for p in Profile.objects.within(_EVERYBODY).filter(birth_date__year=row.birth_date.year)
        if is_same_name(p.full_name, row.full_name)
    ]
    holders = ContactPoint.objects.within(_EVERYBODY).filter(kind="email", value=row.email)
    holder_ids = set(holders.values_list("person_id", flat=True))
    certain = [
        p
        for p in alike
        if p.person_id in holder_ids
        and p.birth_precision == "day"
        and p.birth_date == row.birth_date
    ]
    if len(certain) == 1 and len(holder_ids) == 1 and len(alike) == 1:
        taken = Account.objects.filter(person_id=certain[0].person_id).exists()
        if not taken:
            row.state, row.person_id = SignUpState.LINKED, certain[0].person_id
    elif not alike and not holder_ids and settings.PORTICO_NEW_PATIENTS:
        row.state, row.person = SignUpState.NEW, _new_person_of(row)
    if row.person_id:
        row.decided_at = call.now
        account.person_id = row.person_id
        account.save(update_fields=["person"])


def _keep_contacts(person_id: UUID, email: str, phone: str) -> None:
    for kind, value in (("email", email.strip().lower()), ("phone", phones.clean(phone))):
        if value:
            ContactPoint.objects.within(_EVERYBODY).get_or_create(
                person_id=person_id, kind=kind, value=value
            )


def _is_stopped(call: Call) -> bool:
    tries = EnrolmentTry.objects.within(call.scope).filter(tried_at__gt=call.now - TRIES_COUNT_FOR)
    mine = tries.filter(source_hash=_hash(call.source)).count()
    return mine >= MOST_TRIES_OF_A_SOURCE or tries.count() >= MOST_TRIES_OF_ALL


def _new_username(full_name: str) -> str:
    first = (fold_name(full_name).split() or ["patient"])[0]
    stem = "".join(c for c in first if c.isascii())[:12] or "patient"
    return f"{stem}-{new_readable_code(5).lower()}"


def _hash(text: str) -> str:
    return salted_hmac("portico.people.enrolment", text, algorithm="sha256").hexdigest()
