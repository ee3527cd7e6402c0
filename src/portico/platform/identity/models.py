"""People, the accounts they sign in with, and the programs that act for them."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Coalesce
from oauth2_provider.models import AbstractApplication

from portico.platform.kernel import clock
from portico.platform.kernel.ids import new_id

_NOWHERE = UUID(int=0)


class Person(models.Model):
    """The key of every `patient_id`. It never changes and says nothing about who the person is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(default=clock.now)


class PersonLink(models.Model):
    """`merged` turned out to be `survivor`. Reading resolves it; undoing removes the link."""

    merged = models.OneToOneField(Person, models.PROTECT, related_name="survivor_link")
    survivor = models.ForeignKey(Person, models.PROTECT, related_name="merged_links")
    linked_at = models.DateTimeField(default=clock.now)
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="identity_personlink_not_self",
                condition=~models.Q(merged=models.F("survivor")),
            )
        ]


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(username=username)


class Account(AbstractBaseUser):  # type: ignore[django-manager-missing]
    """A way to sign in. A patient's account names its person; a staff account has roles instead.

    `username` is the user name of the enrolment letter, always unique. `email` is where sign-in mail goes;
    whether it opens the account is decided by the verified sign-in names (allauth's EmailAddress, `phone`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=60, unique=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    phone_verified = models.BooleanField(default=False)
    person = models.OneToOneField(
        Person, models.PROTECT, null=True, blank=True, related_name="account"
    )
    display_name = models.CharField(max_length=200)
    is_staff_member = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = AccountManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "phone",
                name="identity_one_verified_phone",
                condition=models.Q(phone_verified=True) & ~models.Q(phone=""),
            ),
            models.CheckConstraint(
                name="identity_staff_or_person",
                condition=models.Q(is_staff_member=False) | models.Q(person=None),
            ),
        ]

    def __str__(self) -> str:
        return self.username


def name_of(account: Account) -> str:
    """How an account is addressed on pages and in mail."""
    return account.display_name


class StaffRole(models.Model):
    """A role of a staff account, perhaps limited to one location or one billing entity each."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="staff_roles")
    role = models.SlugField(max_length=40)
    location_id = models.UUIDField(null=True, blank=True)
    entity_id = models.UUIDField(null=True, blank=True)
    granted_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            # An expression, because SQLite takes two empty values for different ones.
            models.UniqueConstraint(
                "account",
                "role",
                Coalesce("location_id", models.Value(_NOWHERE)),
                Coalesce("entity_id", models.Value(_NOWHERE)),
                name="identity_one_grant",
            )
        ]


class Application(AbstractApplication):
    """An OAuth client (a SMART app). Swapped in before the first migration, so that it can grow."""

    id = models.BigAutoField(primary_key=True)

    class Meta(AbstractApplication.Meta):
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"


def resolve_person(person_id: UUID) -> tuple[UUID, frozenset[UUID]]:
    """The survivor of a person and every id that now means the same person. One query."""
    links = PersonLink.objects.filter(
        models.Q(merged_id=person_id)
        | models.Q(survivor_id=person_id)
        | models.Q(survivor__merged_links__merged_id=person_id)
    ).values_list("merged_id", "survivor_id")
    survivor, ids = person_id, {person_id}
    for merged_id, survivor_id in links:
        ids |= {merged_id, survivor_id}
        if merged_id == person_id:
            survivor = survivor_id
    return survivor, frozenset(ids)
