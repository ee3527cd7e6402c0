"""What a bill says: its status today, the steps from charged to owed, the reasons of a line. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from portico.domain.billing.rules.amounts import SHARES, LineAmounts
from portico.domain.billing.states import REASONS, STEP_LABELS, BillStatus, Words
from portico.platform.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an amount of a line is (or is not) the patient's: a term, a sentence of at most 25 words."""

    slug: str
    sentence: Words
    term: Words
    amount: Money


@dataclass(frozen=True, slots=True)
class WaterfallStep:
    """One bar between charged and owed. `kind`: total (stands on the ground), less or more (hangs), owed."""

    slug: str
    label: Words
    amount: Money
    kind: str


def status_of(
    *, owed: int, due: date | None, today: date, history: bool, superseded: bool
) -> BillStatus:
    """How a bill stands. Nothing owed is paid, whatever the date."""
    if superseded:
        return BillStatus.SUPERSEDED
    if history:
        return BillStatus.HISTORY
    if owed < 0:
        return BillStatus.CREDIT
    if owed == 0:
        return BillStatus.PAID
    return BillStatus.PAST_DUE if due and due < today else BillStatus.TO_PAY


def reasons_for(
    line: LineAmounts, currency: str, *, has_insurer: bool, history: bool
) -> tuple[Reason, ...]:
    """Why the line is owed, part by part, in the order in which plans apply them."""
    if history:
        return (_reason("settled_before", line.paid, currency),)
    if not has_insurer:
        return (_reason("self_pay", line.price + line.tax - line.discount, currency),)
    shares = tuple(
        _reason(name, getattr(line, name), currency) for name in SHARES if getattr(line, name)
    )
    return shares or (_reason("covered_in_full", line.plan_paid, currency),)


def steps_for(
    lines: Iterable[LineAmounts], currency: str, *, has_insurer: bool, history: bool
) -> tuple[WaterfallStep, ...]:
    """From charged to owed in a fixed order; optional steps appear when they hold an amount."""
    sums = {n: 0 for n in ("price", "tax", "discount", "plan_paid", "help", "paid", "owed")}
    for line in lines:
        for name in sums:
            sums[name] += getattr(line, name)
    after_discount = sums["price"] + sums["tax"] - sums["discount"]
    steps = [("charged", sums["price"], "total"), ("tax", sums["tax"], "more")]
    if has_insurer:
        steps += [("plan_discount", sums["discount"], "less")]
        steps += [("plan_price", after_discount, "total" if sums["discount"] else "")]
    else:
        steps += [("discount", sums["discount"], "less")]
    steps += [("plan_paid", sums["plan_paid"], "less")]
    steps += [("help", sums["help"], "less")]
    steps += [("settled_before" if history else "paid", sums["paid"], "less")]
    told = [step for step in steps if step[0] == "charged" or (step[1] and step[2])]
    owed = ("owed" if sums["owed"] >= 0 else "credit", sums["owed"], "owed")
    return tuple(
        WaterfallStep(slug, STEP_LABELS[slug], Money(minor, currency), kind)
        for slug, minor, kind in [*told, owed]
    )


def _reason(slug: str, minor: int, currency: str) -> Reason:
    term, sentence = REASONS[slug]
    return Reason(slug, sentence, term, Money(minor, currency))
