"""The cast of the demonstration clinic, for tests: a test that needs a role names a person.

People and accounts only; names, birth dates and records belong to the capabilities' own factories.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.test import Client

from portico.platform.access.relations import Purpose, Relation
from portico.platform.identity.models import Account, Person, StaffRole
from portico.platform.kernel import clock
from portico.platform.kernel.call import Actor, Call, RoleGrant

PASSWORD = "harbor-lantern-47-quilt"
BACKEND = "portico.platform.identity.signing_in.NamesBackend"

PATIENTS = {
    "rosa": "Rosa Delgado",
    "mateo": "Mateo Delgado",
    "lucia": "Lucía Delgado",
    "ernesto": "Ernesto Delgado",
    "amina": "Amina Haddad",
    "jean": "Jean Tremblay",
    "sam": "Sam Okonkwo",
    "pat": "Pat Lowe",
}
STAFF = {
    "okafor": ("Dr. Ada Okafor", "clinician"),
    "priya": ("Priya Shah", "nurse"),
    "lena": ("Lena Fox", "front_desk"),
    "tom": ("Tom Reyes", "billing"),
    "ines": ("Ines Moreau", "privacy_officer"),
    "kofi": ("Kofi Mensah", "administrator"),
}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the cast. `role` is empty for patients, `person` None for staff."""

    key: str
    name: str
    account: Account
    person: Person | None
    role: str = ""

    @property
    def person_id(self) -> UUID:
        """The `patient_id` of a patient."""
        assert self.person is not None, f"{self.name} is staff"
        return self.person.id

    def call(self, *, locations: tuple[UUID, ...] = (), entities: tuple[UUID, ...] = ()) -> Call:
        """A call as the door would build it: a patient for themselves, staff for the clinic's work."""
        grant = RoleGrant(self.role, frozenset(locations), frozenset(entities))
        actor = Actor(
            kind="account",
            account_id=self.account.pk,
            person_id=self.account.person_id,
            label=self.name,
            roles=(grant,) if self.role else (),
            mfa=bool(self.role),
        )
        staff = bool(self.role)
        return Call(
            actor=actor,
            now=clock.now(),
            patient_id=None if staff else self.person_id,
            relation=Relation.STAFF if staff else Relation.SELF,
            purpose=Purpose.OPERATIONS if staff else Purpose.SELF,
            request_id="test",
            source="test",
        )

    def client(self, *, second_factor: bool = True) -> Client:
        """A browser in which this member is signed in; staff with their second factor passed."""
        client = Client()
        client.force_login(self.account, backend=BACKEND)
        session = client.session
        records = [{"method": "password", "at": 0.0, "username": self.account.username}]
        if self.role and second_factor:
            records.append({"method": "mfa", "at": 0.0, "type": "totp"})
        session["account_authentication_methods"] = records
        session["account_authentication_methods_user"] = str(self.account.pk)
        session.save()
        return client


class Cast:
    """Everybody by name: `cast.rosa`, `cast.tom`."""

    rosa: Member
    mateo: Member
    lucia: Member
    ernesto: Member
    amina: Member
    jean: Member
    sam: Member
    pat: Member
    okafor: Member
    priya: Member
    lena: Member
    tom: Member
    ines: Member
    kofi: Member

    def __init__(self, members: list[Member]) -> None:
        self.members = members
        for member in members:
            setattr(self, member.key, member)

    @property
    def patients(self) -> list[Member]:
        return [m for m in self.members if not m.role]

    @property
    def staff(self) -> list[Member]:
        return [m for m in self.members if m.role]


def make_cast() -> Cast:
    """Put the whole cast into the database. Everybody's e-mail is verified, the password is PASSWORD."""
    secret = make_password(PASSWORD)
    members = []
    for key, name in PATIENTS.items():
        person = Person()
        account = Account(
            username=f"{key}.test",
            email=f"{key}@example.org",
            display_name=name,
            person=person,
            password=secret,
        )
        members.append(Member(key, name, account, person))
    for key, (name, role) in STAFF.items():
        account = Account(
            username=f"{key}.test",
            email=f"{key}@clinic.example",
            display_name=name,
            is_staff_member=True,
            password=secret,
        )
        members.append(Member(key, name, account, None, role))
    Person.objects.bulk_create([m.person for m in members if m.person])
    Account.objects.bulk_create([m.account for m in members])
    StaffRole.objects.bulk_create(
        [StaffRole(account=m.account, role=m.role) for m in members if m.role]
    )
    EmailAddress.objects.bulk_create(
        [
            EmailAddress(user=m.account, email=m.account.email, verified=True, primary=True)
            for m in members
        ]
    )
    return Cast(members)


def call_for(member: Member) -> Call:
    """A call by this member, as the door would build it."""
    return member.call()
