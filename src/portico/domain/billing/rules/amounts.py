"""From what a plan decided, in decimals, to whole minor units that add up. Pure.

Each amount is rounded half-even by itself; what rounding leaves over on a line goes to *plan paid*, so
that the patient's share is exactly the rounded share and the line's equation holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal

from portico.platform.kernel.errors import Refused
from portico.platform.kernel.money import Money

SHARES = ("copay", "deductible", "coinsurance", "not_covered", "other_share")


class DoesNotAddUp(Refused):
    """What the plan paid and what it left differ from its price by `difference`."""

    def __init__(self, description: str, difference: Money) -> None:
        super().__init__(f"{description}: the amounts differ by {difference}")
        self.description = description
        self.difference = difference


class BelowZero(Refused):
    """An amount that cannot be negative is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAmounts:
    """A line's amounts in minor units. The properties say what must hold."""

    price: int
    tax: int = 0
    discount: int = 0
    plan_paid: int = 0
    help: int = 0
    paid: int = 0
    copay: int = 0
    deductible: int = 0
    coinsurance: int = 0
    not_covered: int = 0
    other_share: int = 0

    @property
    def owed(self) -> int:
        """charge + tax - discount - plan paid - help - paid."""
        return self.price + self.tax - self.discount - self.plan_paid - self.help - self.paid

    @property
    def share(self) -> int:
        """What the plan left to the patient, before help and payments."""
        return sum(getattr(self, name) for name in SHARES)

    @property
    def left_by_plan(self) -> int:
        return self.price - self.discount - self.plan_paid


def settle(amounts: Mapping[str, Decimal], currency: str, *, description: str = "") -> LineAmounts:
    """The line that adjudicated decimals make.

    Knows `submitted`, `allowed`, `discount`, `plan_paid`, `copay`, `deductible`, `coinsurance`, `not_covered`
    and `liability` (what is the patient's in all). Whatever is missing follows from the others. Raises
    `BelowZero` and `DoesNotAddUp` when the source contradicts itself by more than rounding.
    """
    if any(amount < 0 for amount in amounts.values()):
        raise BelowZero(description)
    minor = {n: Money.from_decimal(a, currency).minor for n, a in amounts.items()}
    shares = {n: minor.get(n, 0) for n in SHARES}
    itemised = sum(shares.values())
    allowed = _allowed(minor, itemised)
    # A plan that allows more than was asked, or a source without a price: the plan's price is the price.
    price = max(minor.get("submitted", allowed), allowed)
    left = _left(minor, allowed, itemised)
    shares["other_share"] += max(left - itemised, 0)
    plan_paid = allowed - sum(shares.values())
    off = minor.get("plan_paid", plan_paid) - plan_paid
    if abs(off) > _ROUNDING or left < itemised - _ROUNDING:
        raise DoesNotAddUp(description, Money(off or itemised - left, currency))
    if plan_paid < 0:
        if plan_paid < -_ROUNDING:
            raise DoesNotAddUp(description, Money(plan_paid, currency))
        # Shares that were all rounded up exceed the plan's price: the largest gives the excess back.
        shares[max(shares, key=lambda name: shares[name])] += plan_paid
        plan_paid = 0
    return LineAmounts(price=price, discount=price - allowed, plan_paid=plan_paid, **shares)


# Five amounts rounded by at most half a minor unit each cannot be further apart than this.
_ROUNDING = 3


def _allowed(minor: Mapping[str, int], itemised: int) -> int:
    """The plan's price: stated, else the price less the discount, else what it paid and left."""
    paid, not_covered = minor.get("plan_paid"), minor.get("not_covered", 0)
    if "allowed" in minor:
        allowed = minor["allowed"]
        if paid is not None and allowed < paid + itemised - _ROUNDING:
            # Many plans leave what they do not cover out of what they allow.
            beside = abs(allowed + not_covered - paid - itemised) <= _ROUNDING
            return allowed + not_covered if beside else allowed
        return allowed
    if "submitted" in minor and "discount" in minor:
        return max(minor["submitted"] - minor["discount"], 0)
    return (paid or 0) + max(minor.get("liability", 0), itemised)


def _left(minor: Mapping[str, int], allowed: int, itemised: int) -> int:
    """What the plan left to the patient in all: stated, else itemised, else what it did not pay."""
    if "liability" in minor:
        return minor["liability"]
    if itemised or "plan_paid" not in minor or any(name in minor for name in SHARES):
        return itemised
    return max(allowed - minor["plan_paid"], 0)


def ensure_adds_up(description: str, line: LineAmounts, currency: str, *, decided: bool) -> None:
    """Refuse a line that must not be published. A line that a plan decided explains its share in full."""
    if any(getattr(line, f.name) < 0 for f in fields(line)) or line.owed < 0:
        raise BelowZero(description)
    if decided and line.left_by_plan != line.share:
        raise DoesNotAddUp(description, Money(line.left_by_plan - line.share, currency))


def settled_before(line: LineAmounts) -> LineAmounts:
    """The same line as history: what was owed counts as paid before this portal."""
    values = {f.name: getattr(line, f.name) for f in fields(line)}
    return LineAmounts(**{**values, "paid": line.paid + line.owed})
