"""Accounts, postings and their entries. Added to, never changed; the database refuses anything else.

Entries go in first and the posting last: the posting's row is the seal (see the triggers in the migration).
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from portico.platform.identity.models import Person
from portico.platform.kernel.ids import new_id


class Account(models.Model):
    """A row of the chart in `accounts.py`, so that an entry cannot name an account that is not there."""

    code = models.SlugField(primary_key=True, max_length=40)
    normal = models.CharField(max_length=6)

    def __str__(self) -> str:
        return self.code


class Posting(models.Model):
    """One business fact, booked once: (source, recipe) is unique, so booking it twice is impossible."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source_kind = models.SlugField(max_length=30)
    source_id = models.CharField(max_length=120)
    recipe = models.SlugField(max_length=40)
    posted_at = models.DateTimeField()
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_kind", "source_id", "recipe"], name="ledger_posting_once"
            )
        ]


class Entry(models.Model):
    """One leg of a posting. `id` is the sequence; `charge_id` is the key of the patient's sub-ledger.

    `charge_id` and `entity_id` name rows of the billing package above without a foreign key: the ledger
    knows nothing that stands above it.
    """

    id = models.BigAutoField(primary_key=True)
    posting = models.ForeignKey(Posting, models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    direction = models.CharField(max_length=6)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    patient = models.ForeignKey(Person, models.PROTECT, related_name="+", null=True)
    charge_id = models.UUIDField(null=True)
    entity_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ledger_entry_direction", condition=models.Q(direction__in=("debit", "credit"))
            ),
            models.CheckConstraint(
                name="ledger_entry_amount", condition=models.Q(amount_minor__gt=0)
            ),
            models.CheckConstraint(
                name="ledger_entry_currency", condition=Exact(Length("currency"), 3)
            ),
        ]
        indexes = [
            models.Index(fields=["charge_id"], name="ledger_entry_by_charge"),
            models.Index(fields=["account", "patient"], name="ledger_entry_by_account"),
        ]
