"""The slugs of billing and the words the public sees for them."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class ChargeStage(StrEnum):
    """Where a charge stands before and after it is billed."""

    OPEN = "open"
    WAITING = "waiting"
    BILLED = "billed"
    HISTORY = "history"
    WITHDRAWN = "withdrawn"


class ChargeKind(StrEnum):
    """What kind of thing a charge is for."""

    VISIT = "visit"
    TEST = "test"
    MEDICINE = "medicine"
    PROCEDURE = "procedure"
    IMMUNIZATION = "immunization"
    SUPPLY = "supply"


class BillStatus(StrEnum):
    """How a bill stands today. It is computed from the bill, the ledger and the date, never stored."""

    TO_PAY = "to_pay"
    PAST_DUE = "past_due"
    PAID = "paid"
    CREDIT = "credit"
    HISTORY = "history"
    IN_QUESTION = "in_question"
    SUPERSEDED = "superseded"


KIND_LABELS: dict[str, Words] = {
    ChargeKind.VISIT: _("Visit"),
    ChargeKind.TEST: _("Test"),
    ChargeKind.MEDICINE: _("Medicine"),
    ChargeKind.PROCEDURE: _("Procedure"),
    ChargeKind.IMMUNIZATION: _("Vaccine"),
    ChargeKind.SUPPLY: _("Supply"),
}

BILL_LABELS: dict[str, Words] = {
    BillStatus.TO_PAY: _("To pay"),
    BillStatus.PAST_DUE: _("Past due"),
    BillStatus.PAID: _("Paid"),
    BillStatus.CREDIT: _("We owe you"),
    BillStatus.HISTORY: _("Settled before this portal"),
    BillStatus.IN_QUESTION: _("In question"),
    BillStatus.SUPERSEDED: _("Replaced by a newer version"),
}

# A reason's term and its sentence: why a part of a line is the patient's to pay, or is not.
REASONS: dict[str, tuple[Words, Words]] = {
    "copay": (_("copay"), _("The set price your plan asks you to pay for this kind of service.")),
    "deductible": (
        _("deductible"),
        _(
            "Counts toward your deductible: what you pay each year before your plan starts to share."
        ),
    ),
    "coinsurance": (
        _("coinsurance"),
        _("Your percentage of the plan's price, after the deductible."),
    ),
    "not_covered": (
        _("not covered"),
        _("Your plan does not pay for this part. Ask us or your plan if you think it should."),
    ),
    "other_share": (
        _("your share"),
        _("What your plan says is yours to pay. Its letter has more on why."),
    ),
    "covered_in_full": (_("covered in full"), _("Your plan paid all of its price for this.")),
    "self_pay": (
        _("self-pay"),
        _("No plan is billed for this, so the price after any discount is yours to pay."),
    ),
    "settled_before": (
        _("settled before"),
        _("This was settled before this portal was in use. Nothing is owed here."),
    ),
}

STEP_LABELS: dict[str, Words] = {
    "charged": _("Charged"),
    "tax": _("Tax"),
    "plan_discount": _("Plan discount"),
    "discount": _("Discount"),
    "plan_price": _("Your plan's price"),
    "plan_paid": _("Your plan paid"),
    "help": _("Financial help"),
    "paid": _("You already paid"),
    "settled_before": _("Settled before"),
    "owed": _("You owe"),
    "credit": _("We owe you"),
}

# Why an import made a new version. What a person wrote as a reason is shown as it was written.
CORRECTIONS: dict[str, Words] = {"plan_changed": _("Your plan changed its decision.")}

# What an imported claim can have wrong with it, in words for billing staff.
DIFFERENCES: dict[str, Words] = {
    "total_differs": _(
        "The claim's total is not the sum of its lines. The bill follows the lines."
    ),
    "no_adjudicated_line": _(
        "The plan decided no line of this claim. It is kept as history, not as a bill."
    ),
    "line_not_decided": _("The plan has not decided this line. It is not on the bill."),
    "shares_do_not_add_up": _(
        "What the plan paid and what it left do not add up. The line is not on the bill."
    ),
    "below_zero": _("An amount is below zero. The line is not on the bill."),
    "other_currency": _("The lines of this claim mix currencies. No bill was made."),
    "not_active": _("The plan withdrew this decision. Look at the bill it made, if there is one."),
    "answered_again": _("The plan answered this claim again. The newer answer is on the bill."),
    "unusable": _("The claim cannot be read as a bill. It is kept in the record."),
}
