"""Reading claims, explanations of benefit and invoices (FHIR R4) as charges and adjudications. Pure.

A resource is a dict of decoded JSON whose numbers with a point are Decimals. Nothing here rounds or adds:
that is `amounts`. What cannot be used is told as a `Difference`, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from portico.domain.billing.rules import amounts, descriptions
from portico.domain.billing.rules.amounts import LineAmounts
from portico.domain.billing.rules.fields import (
    Json,
    amount_of,
    currencies_in,
    day_of,
    first_of,
    references_in,
    start_of,
)
from portico.domain.billing.states import ChargeKind
from portico.platform.kernel.money import Money

# Adjudication categories by the last part of their code: FHIR R4 base, CARIN Blue Button, CMS Blue Button.
_CATEGORIES = {
    "submitted": "submitted",
    "line_sbmtd_chrg_amt": "submitted",
    "eligible": "allowed",
    "allowed": "allowed",
    "line_alowd_chrg_amt": "allowed",
    "discount": "discount",
    "benefit": "plan_paid",
    "paidtoprovider": "plan_paid",
    "line_prvdr_pmt_amt": "plan_paid",
    "copay": "copay",
    "deductible": "deductible",
    "line_bene_ptb_ddctbl_amt": "deductible",
    "coinsurance": "coinsurance",
    "line_coinsrnc_amt": "coinsurance",
    "noncovered": "not_covered",
    "memberliability": "liability",
}
# A line is decided when the plan says what it allows, pays or leaves; a price alone is no decision.
_DECIDING = frozenset(_CATEGORIES.values()) - {"submitted", "discount"}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something for billing staff to know. `kind` is a slug of `states.DIFFERENCES`."""

    source_key: str
    kind: str
    line: int = 0
    stated_minor: int | None = None
    found_minor: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeFacts:
    """One line of a claim or invoice: what was done and, once decided, its amounts."""

    source_key: str
    description: str
    kind: str
    code: str
    code_system: str
    service_date: date
    chart_reference: str
    provider_reference: str
    amounts: LineAmounts


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFacts:
    """A claim, an explanation of benefit, or an invoice, as billing needs it.

    `decided` says that each line's amounts are final. Without it the charges wait on the plan. `bill_key` is
    the claim's where one is named: a plan that answers a claim twice corrects its bill, and makes no second.
    """

    source_key: str
    bill_key: str
    currency: str
    service_date: date
    decided_date: date
    payer_name: str
    claim_number: str
    has_insurer: bool
    decided: bool
    lines: tuple[ChargeFacts, ...]
    title: str = ""
    differences: tuple[Difference, ...] = ()


@dataclass(slots=True)
class _Reading:
    source_key: str
    currency: str
    lines: list[ChargeFacts] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    def tell(self, kind: str, line: int = 0, stated: Any = None, found: Any = None) -> None:
        self.differences.append(
            Difference(
                self.source_key,
                kind,
                line,
                _minor(stated, self.currency),
                _minor(found, self.currency),
                self.currency,
            )
        )


def references_of(resource: Json) -> Iterator[str]:
    """What a claim, explanation or charge names and the reading of it needs."""
    for key in ("claim", "provider", "prescription"):
        yield from references_in(resource.get(key))
    for account in resource.get("account", ()):
        yield from references_in(account)
    for line in resource.get("lineItem", ()):
        yield from references_in(line.get("chargeItemReference"))
    for performer in resource.get("performer", ()):
        yield from references_in(performer.get("actor"))


def read_explanation(
    eob: Json, source_key: str, claim: Json | None, default_currency: str
) -> ClaimFacts:
    """An ExplanationOfBenefit: bills come from its adjudicated lines, never from its total."""
    currencies = currencies_in(eob) or [default_currency]
    currency = currencies[0]
    reading = _Reading(source_key, currency)
    decided_date = day_of(eob.get("created")) or date(1900, 1, 1)
    claim_key = next(references_in(eob.get("claim")), "") or source_key
    if len(currencies) > 1:
        reading.tell("other_currency")
    elif eob.get("status") != "active":
        reading.tell("not_active")
    elif eob.get("use", "claim") == "claim":
        for item in eob.get("item", ()):
            _read_item(reading, item, eob, claim or {}, claim_key, decided_date)
        reading.lines = list({line.source_key: line for line in reading.lines}.values())
        if not reading.lines:
            reading.tell("no_adjudicated_line", stated=_submitted_total(eob))
            reading.differences[-1] = replace(reading.differences[-1], source_key=claim_key)
        else:
            _compare_total(reading, eob)
    return ClaimFacts(
        source_key=source_key,
        bill_key=claim_key,
        currency=currency,
        service_date=min((ln.service_date for ln in reading.lines), default=decided_date),
        decided_date=decided_date,
        payer_name=_payer(eob),
        claim_number=_claim_number(eob),
        has_insurer=True,
        decided=True,
        lines=tuple(reading.lines),
        title=_visit_in(eob),
        differences=tuple(reading.differences),
    )


def read_waiting_claim(
    claim: Json, source_key: str, prescription: Json | None, default_currency: str
) -> ClaimFacts:
    """A Claim that no plan has answered: its priced lines wait.

    A claim of one line without a price has its total as the price: there is nothing else it could be.
    """
    currency = next(iter(currencies_in(claim)), default_currency)
    when = day_of(start_of(claim.get("billablePeriod"))) or day_of(claim.get("created"))
    reading = _Reading(source_key, currency)
    items = claim.get("item", ()) if claim.get("status") == "active" else ()
    for position, item in enumerate(items, start=1):
        price = amount_of(item.get("net"))
        if price is None and len(items) == 1:
            price = amount_of(claim.get("total"))
        if price is None or price < 0:
            continue
        line = LineAmounts(price=Money.from_decimal(price, currency).minor)
        reading.lines.append(
            _charge(
                item,
                position,
                claim,
                claim,
                source_key,
                when or date(1900, 1, 1),
                line,
                prescription,
            )
        )
    return ClaimFacts(
        source_key=source_key,
        bill_key=source_key,
        currency=currency,
        service_date=when or date(1900, 1, 1),
        decided_date=when or date(1900, 1, 1),
        payer_name="" if is_self_pay(claim) else _payer(claim),
        claim_number=_claim_number(claim),
        has_insurer=not is_self_pay(claim),
        decided=is_self_pay(claim),
        lines=tuple(reading.lines),
    )


def is_self_pay(claim: Json) -> bool:
    """Whether a claim names no plan at all, or the absence of one."""
    payer = _payer(claim).lower().replace("_", " ")
    return payer in ("", "no insurance", "self pay", "self-pay", "uninsured")


def newest_of(resource: Json) -> date | None:
    """The day that says how old a claim, explanation or invoice is."""
    return day_of(resource.get("created")) or day_of(resource.get("date"))


def _read_item(
    reading: _Reading, item: Json, eob: Json, claim: Json, claim_key: str, fallback: date
) -> None:
    number = int(item.get("sequence", 0))
    decided = _decided(item)
    if not decided & _DECIDING:
        if decided or amount_of(item.get("net")) is not None:
            reading.tell("line_not_decided", number, stated=amount_of(item.get("net")))
        return
    try:
        line = amounts.settle(_adjudicated(item), reading.currency)
    except amounts.BelowZero:
        reading.tell("below_zero", number)
    except amounts.DoesNotAddUp as problem:
        reading.tell("shares_do_not_add_up", number)
        reading.differences[-1] = replace(
            reading.differences[-1], found_minor=problem.difference.minor
        )
    else:
        reading.lines.append(_charge(item, number, eob, claim, claim_key, fallback, line, None))


def _charge(
    item: Json,
    number: int,
    holder: Json,
    claim: Json,
    claim_key: str,
    fallback: date,
    line: LineAmounts,
    prescription: Json | None,
) -> ChargeFacts:
    coding = first_of(item.get("productOrService", {}).get("coding"))
    chart = _chart_reference(item, number, claim)
    what = (prescription or {}).get("medicationCodeableConcept") or item.get("productOrService", {})
    kind = descriptions.kind_of(coding, item, str(claim_type(holder)), chart)
    return ChargeFacts(
        source_key=f"{claim_key}#{number}",
        description=descriptions.describe(what, kind),
        kind=kind,
        code=str(coding.get("code", ""))[:80],
        code_system=str(coding.get("system", ""))[:200],
        service_date=_service_date(item, holder, fallback),
        chart_reference=chart[:200],
        provider_reference=next(references_in(holder.get("provider")), ""),
        amounts=line,
    )


def _service_date(item: Json, holder: Json, fallback: date) -> date:
    """When it was done. A line's own date counts while it lies within the days the claim is for."""
    period = holder.get("billablePeriod")
    first, last = day_of(start_of(period)), day_of((period or {}).get("end"))
    own = day_of(item.get("servicedDate")) or day_of(start_of(item.get("servicedPeriod")))
    if own and first and not first <= own <= (last or first):
        own = first
    return own or first or fallback


def claim_type(claim: Json) -> str:
    """The first code of the claim's type: institutional, pharmacy, oral, …"""
    return str(first_of(claim.get("type", {}).get("coding")).get("code", ""))


def _chart_reference(item: Json, number: int, claim: Json) -> str:
    """The chart entry a line is for: the prescription, its encounter, or what its claim's line names."""
    for reference in references_in(claim.get("prescription")):
        return reference
    for encounter in item.get("encounter", ()):
        for reference in references_in(encounter):
            return reference
    of_claim: Json = next((i for i in claim.get("item", ()) if i.get("sequence") == number), {})
    for sequence in of_claim.get("procedureSequence", ()):
        for procedure in claim.get("procedure", ()):
            if procedure.get("sequence") == sequence:
                return next(references_in(procedure.get("procedureReference")), "")
    for sequence in of_claim.get("informationSequence", ()):
        for info in claim.get("supportingInfo", ()):
            if info.get("sequence") == sequence:
                return next(references_in(info.get("valueReference")), "")
    return ""


def _compare_total(reading: _Reading, eob: Json) -> None:
    stated = _submitted_total(eob)
    found = sum(line.amounts.price for line in reading.lines)
    if stated is not None and Money.from_decimal(stated, reading.currency).minor != found:
        exact = Money(found, reading.currency).decimal
        reading.tell("total_differs", stated=stated, found=exact)


def _submitted_total(eob: Json) -> Decimal | None:
    for total in eob.get("total", ()):
        if _category(total) == "submitted":
            return amount_of(total.get("amount"))
    return None


def _decided(item: Json) -> set[str]:
    return set(_adjudicated(item))


def _adjudicated(item: Json) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for adjudication in item.get("adjudication", ()):
        name, value = _category(adjudication), amount_of(adjudication.get("amount"))
        if name and value is not None:
            found.setdefault(name, value)
    net = amount_of(item.get("net"))
    if found and net is not None:
        found.setdefault("submitted", net)
    return found


def _category(adjudication: Json) -> str:
    for coding in adjudication.get("category", {}).get("coding", ()):
        name = _CATEGORIES.get(str(coding.get("code", "")).rsplit("/", 1)[-1])
        if name:
            return name
    return ""


def _payer(claim: Json) -> str:
    """The plan's name as the claim writes it, without the underscores and lower case of some sources."""
    insurer = str(claim.get("insurer", {}).get("display", ""))
    for insurance in claim.get("insurance", ()):
        insurer = insurer or str(insurance.get("coverage", {}).get("display", ""))
    words = insurer.replace("_", " ").strip()
    return (words.capitalize() if words.islower() else words)[:200]


def _visit_in(eob: Json) -> str:
    """What the visit was that a claim is for, decided line or not: the bill is named for it."""
    for item in eob.get("item", ()):
        if item.get("encounter"):
            return descriptions.describe(item.get("productOrService", {}), ChargeKind.VISIT)
    return ""


def _claim_number(claim: Json) -> str:
    return str(first_of(claim.get("identifier")).get("value", ""))[:80]


def _minor(amount: Decimal | None, currency: str) -> int | None:
    return None if amount is None else Money.from_decimal(amount, currency).minor
