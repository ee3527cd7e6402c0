"""Charges, adjudications and bills.

A charge is what was done and its price. An adjudication is what a plan decided about it. A bill is an
immutable, numbered copy of both at one moment: its lines go in first and the bill last, as its seal, and
the database refuses every change afterwards (triggers in the migration). A correction is a new version.
"""

from __future__ import annotations

from django.db import models

from portico.platform.access.querysets import ScopedQuerySet
from portico.platform.identity.models import Person
from portico.platform.kernel import clock
from portico.platform.kernel.ids import new_id


class BillingEntityQuerySet(ScopedQuerySet["BillingEntity"]):
    patient_path = None
    entity_path = "id"


class ChargeQuerySet(ScopedQuerySet["Charge"]):
    entity_path = "entity_id"


class AdjudicationQuerySet(ScopedQuerySet["Adjudication"]):
    entity_path = "charge__entity_id"


class BillQuerySet(ScopedQuerySet["Bill"]):
    entity_path = "entity_id"


class BillLineQuerySet(ScopedQuerySet["BillLine"]):
    entity_path = "bill__entity_id"


class ImportDifferenceQuerySet(ScopedQuerySet["ImportDifference"]):
    entity_path = None


class BillingEntity(models.Model):
    """Who sends bills and is paid: one legal body, one currency, one account at the gateway."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    legal_name = models.CharField(max_length=200)
    tax_id = models.CharField(max_length=40, blank=True)
    address = models.TextField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    statement_descriptor = models.CharField(max_length=22, blank=True)
    currency = models.CharField(max_length=3)
    gateway_account = models.CharField(max_length=80, blank=True)
    number_prefix = models.CharField(max_length=8)
    next_number = models.PositiveIntegerField(default=1001)

    objects = BillingEntityQuerySet.as_manager()


class Charge(models.Model):
    """What was done, and its price. `source_key` makes an import that runs twice find it again.

    `stage` is a slug of `states.ChargeStage`. `chart_reference` names the chart entry it came from
    ("Encounter/…"). `discount_minor` is what somebody without a plan pays less.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entity = models.ForeignKey(BillingEntity, models.PROTECT, related_name="charges")
    patient = models.ForeignKey(Person, models.PROTECT, related_name="+")
    source_key = models.CharField(max_length=200)
    stage = models.SlugField(max_length=12)
    description = models.CharField(max_length=300)
    kind = models.SlugField(max_length=16)
    code = models.CharField(max_length=80, blank=True)
    code_system = models.CharField(max_length=200, blank=True)
    service_date = models.DateField()
    provider_name = models.CharField(max_length=200, blank=True)
    payer_name = models.CharField(max_length=200, blank=True)
    chart_reference = models.CharField(max_length=200, blank=True)
    price_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    entered_at = models.DateTimeField(default=clock.now)

    objects = ChargeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "source_key"], name="billing_charge_once"),
            models.CheckConstraint(
                name="billing_charge_amounts",
                condition=models.Q(price_minor__gte=0, tax_minor__gte=0, discount_minor__gte=0),
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "stage"], name="billing_charge_by_stage"),
        ]


class Adjudication(models.Model):
    """What one plan decided about one charge: allowed, paid, and what it left to the patient.

    A later decision of the same plan is a new row; `current` marks the one that counts.
    price - discount - plan_paid = copay + deductible + coinsurance + not_covered + other_share.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="adjudications")
    patient = models.ForeignKey(Person, models.PROTECT, related_name="+")
    payer_name = models.CharField(max_length=200)
    claim_number = models.CharField(max_length=80, blank=True)
    source_key = models.CharField(max_length=200, blank=True)
    current = models.BooleanField(default=True)
    currency = models.CharField(max_length=3)
    discount_minor = models.BigIntegerField(default=0)
    plan_paid_minor = models.BigIntegerField(default=0)
    copay_minor = models.BigIntegerField(default=0)
    deductible_minor = models.BigIntegerField(default=0)
    coinsurance_minor = models.BigIntegerField(default=0)
    not_covered_minor = models.BigIntegerField(default=0)
    other_share_minor = models.BigIntegerField(default=0)
    decided_date = models.DateField()
    entered_at = models.DateTimeField(default=clock.now)

    objects = AdjudicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["charge"],
                condition=models.Q(current=True),
                name="billing_one_current_adjudication",
            ),
        ]


class Bill(models.Model):
    """An issued bill. Never changed: a correction is a new version that supersedes it.

    `history` marks what was settled before this portal: nothing is owed and the ledger knows nothing of it.
    `digest` is the SHA-256 over the bill and its lines; `content_digest` over what the source said.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entity = models.ForeignKey(BillingEntity, models.PROTECT, related_name="bills")
    patient = models.ForeignKey(Person, models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    correction_reason = models.CharField(max_length=300, blank=True)
    source_key = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    service_date = models.DateField()
    issued_date = models.DateField()
    due_date = models.DateField(null=True)
    decided_date = models.DateField(
        null=True
    )  # of the plan's decision; an older one never replaces it
    payer_name = models.CharField(max_length=200, blank=True)
    claim_number = models.CharField(max_length=80, blank=True)
    provider_name = models.CharField(max_length=200, blank=True)
    history = models.BooleanField(default=False)
    currency = models.CharField(max_length=3)
    line_count = models.PositiveIntegerField()
    price_minor = models.BigIntegerField()
    owed_minor = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    content_digest = models.CharField(max_length=64)
    issued_at = models.DateTimeField(default=clock.now)

    objects = BillQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "number", "version"], name="billing_bill_number"
            ),
            models.UniqueConstraint(
                fields=["entity", "source_key", "version"], name="billing_bill_source"
            ),
            models.CheckConstraint(
                name="billing_bill_versions",
                condition=models.Q(version=1, supersedes=None)
                | models.Q(version__gt=1, supersedes__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_history_owes_nothing",
                condition=models.Q(history=False) | models.Q(owed_minor=0),
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-service_date"], name="billing_bill_by_patient"),
        ]


_SHARES = (
    models.F("copay_minor")
    + models.F("deductible_minor")
    + models.F("coinsurance_minor")
    + models.F("not_covered_minor")
    + models.F("other_share_minor")
)


class BillLine(models.Model):
    """One charge on one bill, as it stood when the bill was issued.

    price + tax - discount - plan_paid - help - paid = owed, refused by the database otherwise.
    `paid_minor` is what was settled before the bill came into this portal (history).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="lines")
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="lines")
    patient = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField()
    description = models.CharField(max_length=300)
    kind = models.SlugField(max_length=16)
    code = models.CharField(max_length=80, blank=True)
    code_system = models.CharField(max_length=200, blank=True)
    service_date = models.DateField()
    provider_name = models.CharField(max_length=200, blank=True)
    chart_reference = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3)
    price_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField(default=0)
    plan_paid_minor = models.BigIntegerField(default=0)
    help_minor = models.BigIntegerField(default=0)
    paid_minor = models.BigIntegerField(default=0)
    owed_minor = models.BigIntegerField()
    copay_minor = models.BigIntegerField(default=0)
    deductible_minor = models.BigIntegerField(default=0)
    coinsurance_minor = models.BigIntegerField(default=0)
    not_covered_minor = models.BigIntegerField(default=0)
    other_share_minor = models.BigIntegerField(default=0)

    objects = BillLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bill", "charge"], name="billing_line_once"),
            models.CheckConstraint(
                name="billing_line_adds_up",
                condition=models.Q(
                    owed_minor=models.F("price_minor")
                    + models.F("tax_minor")
                    - models.F("discount_minor")
                    - models.F("plan_paid_minor")
                    - models.F("help_minor")
                    - models.F("paid_minor")
                ),
            ),
            models.CheckConstraint(
                name="billing_line_nothing_negative",
                condition=models.Q(
                    price_minor__gte=0,
                    tax_minor__gte=0,
                    discount_minor__gte=0,
                    plan_paid_minor__gte=0,
                    help_minor__gte=0,
                    paid_minor__gte=0,
                    owed_minor__gte=0,
                    copay_minor__gte=0,
                    deductible_minor__gte=0,
                    coinsurance_minor__gte=0,
                    not_covered_minor__gte=0,
                    other_share_minor__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="billing_line_shares_explain",
                condition=models.Q(
                    price_minor__gte=_SHARES
                    - models.F("tax_minor")
                    + models.F("discount_minor")
                    + models.F("plan_paid_minor")
                ),
            ),
        ]
        ordering = ["position"]


class ImportDifference(models.Model):
    """Something in an imported claim that does not add up and that billing staff should know."""

    id = models.BigAutoField(primary_key=True)
    patient = models.ForeignKey(Person, models.PROTECT, related_name="+")
    source_key = models.CharField(max_length=200)
    kind = models.SlugField(max_length=40)
    line = models.PositiveIntegerField(default=0)
    stated_minor = models.BigIntegerField(null=True)
    found_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    noted_at = models.DateTimeField(default=clock.now)

    objects = ImportDifferenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_key", "kind", "line"], name="billing_difference_once"
            ),
        ]
        indexes = [models.Index(fields=["-noted_at"], name="billing_difference_newest")]
