"""Reading invoices and charge items (FHIR R4), where no plan stands between clinic and patient. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from portico.domain.billing.rules import descriptions
from portico.domain.billing.rules.amounts import LineAmounts
from portico.domain.billing.rules.claims import ChargeFacts, ClaimFacts, Difference
from portico.domain.billing.rules.fields import (
    Json,
    amount_of,
    currencies_in,
    day_of,
    first_of,
    references_in,
    start_of,
)
from portico.platform.kernel.money import Money

_SIGN = {"base": "price", "surcharge": "price", "discount": "discount", "deduction": "discount"}
_NEVER = date(1900, 1, 1)


def read_invoice(
    invoice: Json, source_key: str, charge_items: Mapping[str, Json], default_currency: str
) -> ClaimFacts:
    """An issued Invoice: its lines by their price components, or its totals when it has no lines."""
    money = next(iter(currencies_in(invoice)), default_currency)
    day = day_of(invoice.get("date")) or _NEVER
    lines: list[ChargeFacts] = []
    differences: list[Difference] = []
    stands = invoice.get("status") in ("issued", "balanced")
    for position, item in enumerate(invoice.get("lineItem", ()) if stands else (), start=1):
        named = next(references_in(item.get("chargeItemReference")), "")
        charge_item = charge_items.get(named, {})
        amounts = _components(item.get("priceComponent", ()), money)
        if amounts is None:
            differences.append(Difference(source_key, "unusable", position, currency=money))
            continue
        what = item.get("chargeItemCodeableConcept") or charge_item.get("code", {})
        key = named or f"{source_key}#{position}"
        lines.append(_line(what, charge_item, key, day, amounts))
    if stands and not lines and not differences and (total := _totals(invoice, money)):
        lines.append(_line({"text": _title(invoice)}, {}, f"{source_key}#1", day, total))
    return ClaimFacts(
        source_key=source_key,
        bill_key=source_key,
        currency=money,
        service_date=min((line.service_date for line in lines), default=day),
        decided_date=day,
        payer_name="",
        claim_number="",
        has_insurer=False,
        decided=True,
        lines=tuple({line.source_key: line for line in lines}.values()),
        differences=tuple(differences),
    )


def read_charge_items(
    items: Iterable[tuple[str, Json]], source_key: str, account: Json, default_currency: str
) -> ClaimFacts:
    """The billable ChargeItems of one account and day. With coverage on the account they wait on a plan."""
    pairs = list(items)
    money = next(iter(currencies_in(pairs[0][1])), default_currency) if pairs else default_currency
    lines = []
    for key, item in pairs:
        price = amount_of(item.get("priceOverride"))
        if item.get("status") == "billable" and price is not None and price >= 0:
            quantity = amount_of({"value": (item.get("quantity") or {}).get("value")}) or Decimal(1)
            whole = LineAmounts(price=Money.from_decimal(price * quantity, money).minor)
            lines.append(_line(item.get("code", {}), item, key, service_day(item), whole))
    insured = bool(account.get("coverage"))
    day = min((line.service_date for line in lines), default=_NEVER)
    return ClaimFacts(
        source_key=source_key,
        bill_key=source_key,
        currency=money,
        service_date=day,
        decided_date=day,
        payer_name="",
        claim_number="",
        has_insurer=insured,
        decided=not insured,
        lines=tuple(lines),
    )


def service_day(item: Json) -> date:
    """When a ChargeItem's service was given, else when it was entered."""
    return (
        day_of(item.get("occurrenceDateTime"))
        or day_of(start_of(item.get("occurrencePeriod")))
        or day_of(item.get("enteredDate"))
        or _NEVER
    )


def _line(
    what: Json, charge_item: Json, key: str, fallback: date, amounts: LineAmounts
) -> ChargeFacts:
    coding = first_of(what.get("coding"))
    service = first_of(charge_item.get("service"))
    chart = next(references_in(service), "") or next(references_in(charge_item.get("context")), "")
    kind = descriptions.kind_of(coding, charge_item, "", chart)
    day = service_day(charge_item)
    return ChargeFacts(
        source_key=key,
        description=descriptions.describe(what, kind),
        kind=kind,
        code=str(coding.get("code", ""))[:80],
        code_system=str(coding.get("system", ""))[:200],
        service_date=fallback if day == _NEVER else day,
        chart_reference=chart[:200],
        provider_reference=next(
            references_in(first_of(charge_item.get("performer")).get("actor")), ""
        ),
        amounts=amounts,
    )


def _components(components: Iterable[Any], money: str) -> LineAmounts | None:
    """Base and surcharge make the price; deduction and discount lower it; tax stands by itself."""
    sums = {"price": 0, "discount": 0, "tax": 0}
    for component in components:
        amount = amount_of(component.get("amount"))
        name = "tax" if component.get("type") == "tax" else _SIGN.get(component.get("type"))
        if name and amount is not None:
            minor = Money.from_decimal(amount, money).minor
            sums[name] += abs(minor) if name == "discount" else minor
    line = LineAmounts(**sums)
    return line if sums["price"] > 0 and line.owed >= 0 and line.tax >= 0 else None


def _totals(invoice: Json, money: str) -> LineAmounts | None:
    net, gross = amount_of(invoice.get("totalNet")), amount_of(invoice.get("totalGross"))
    price = net if net is not None else gross
    if price is None or price < 0 or (gross is not None and gross < price):
        return None
    minor = Money.from_decimal(price, money).minor
    whole = Money.from_decimal(gross, money).minor if gross is not None else minor
    return LineAmounts(price=minor, tax=whole - minor)


def _title(invoice: Json) -> str:
    kind = invoice.get("type") or {}
    named = str(kind.get("text") or first_of(kind.get("coding")).get("display") or "")
    return named or str(first_of(invoice.get("identifier")).get("value", "")) or "Invoice"
