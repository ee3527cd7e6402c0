"""Who people are, how to reach them, and how they came to an account."""

from __future__ import annotations

from django.db import models

from portico.domain.people.states import SignUpState
from portico.platform.access.querysets import ScopedQuerySet
from portico.platform.identity.models import Account, Person
from portico.platform.kernel import clock
from portico.platform.kernel.ids import new_id


class ProfileQuerySet(ScopedQuerySet["Profile"]):
    patient_path = "person_id"


class Profile(models.Model):
    """What is known of a person. A birth date may be known to the month or the year only."""

    person = models.OneToOneField(Person, models.PROTECT, primary_key=True, related_name="profile")
    full_name = models.CharField(max_length=300)
    given = models.CharField(max_length=200, blank=True)
    family = models.CharField(max_length=200, blank=True)
    folded_name = models.CharField(max_length=300, db_index=True)
    birth_date = models.DateField(null=True, blank=True, db_index=True)
    birth_precision = models.CharField(max_length=5, default="day")
    language = models.CharField(max_length=10, blank=True)
    record_number = models.CharField(max_length=100, blank=True, db_index=True)
    updated_at = models.DateTimeField(default=clock.now)

    objects = ProfileQuerySet.as_manager()


class ContactQuerySet(ScopedQuerySet["ContactPoint"]):
    patient_path = "person_id"


class ContactPoint(models.Model):
    """An e-mail or a phone on file. Several people may share one; it opens nothing."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="contact_points")
    kind = models.CharField(max_length=5)  # "email" or "phone"
    value = models.CharField(max_length=254, db_index=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("person", "kind", "value", name="people_one_contact")
        ]


class EnrolmentQuerySet(ScopedQuerySet["Enrolment"]):
    patient_path = (
        None  # who redeems a letter is nobody yet: the code and the second fact are the wall
    )


class Enrolment(models.Model):
    """A letter with a code. Only the code's hash is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments")
    username = models.CharField(max_length=60)
    code_hash = models.CharField(max_length=64, unique=True)
    document = models.CharField(max_length=20)
    checked_by = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = EnrolmentQuerySet.as_manager()


class TryQuerySet(ScopedQuerySet["EnrolmentTry"]):
    patient_path = None


class EnrolmentTry(models.Model):
    """A try of a code that was not right, so that guessing is stopped. Holds no code."""

    source_hash = models.CharField(max_length=64)
    tried_at = models.DateTimeField(default=clock.now, db_index=True)

    objects = TryQuerySet.as_manager()


class SignUpQuerySet(ScopedQuerySet["SignUp"]):
    patient_path = None  # nobody's until it is decided


class SignUp(models.Model):
    """Somebody asked for an account on the web."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField(max_length=10, choices=SignUpState, default=SignUpState.ASKED)
    full_name = models.CharField(max_length=300)
    birth_date = models.DateField()
    birth_precision = models.CharField(max_length=5, default="day")
    email = models.EmailField()
    language = models.CharField(max_length=10, blank=True)
    account = models.OneToOneField(
        Account, models.PROTECT, null=True, blank=True, related_name="sign_up"
    )
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = SignUpQuerySet.as_manager()
