"""Rounding what plans decide never loses or invents a minor unit, in any currency."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.domain.billing.rules import amounts, telling
from portico.domain.billing.rules.amounts import BelowZero, DoesNotAddUp, LineAmounts, settle
from portico.platform.kernel.money import Money

currencies = st.sampled_from(["USD", "JPY", "KWD"])
decimals = st.decimals(0, 100_000, allow_nan=False, allow_infinity=False, places=7)
small = st.integers(0, 10**9)


@given(decimals, decimals, decimals, decimals, decimals, currencies)
def test_a_decided_line_adds_up_after_rounding(
    paid: Decimal,
    copay: Decimal,
    deductible: Decimal,
    coinsurance: Decimal,
    off: Decimal,
    code: str,
) -> None:
    allowed = paid + copay + deductible + coinsurance
    line = settle(
        {
            "submitted": allowed + off,
            "allowed": allowed,
            "plan_paid": paid,
            "copay": copay,
            "deductible": deductible,
            "coinsurance": coinsurance,
        },
        code,
    )
    assert line.price - line.discount == line.plan_paid + line.share
    assert line.owed == line.share
    assert line.price == Money.from_decimal(allowed + off, code).minor
    assert (
        abs(
            line.share
            - sum(Money.from_decimal(x, code).minor for x in (copay, deductible, coinsurance))
        )
        <= 1
    )
    assert all(getattr(line, name) >= 0 for name in ("discount", "plan_paid", *amounts.SHARES))
    amounts.ensure_adds_up("line", line, code, decided=True)


@given(decimals, decimals, currencies)
def test_what_a_plan_did_not_pay_is_the_patients_when_it_says_no_more(
    paid: Decimal, rest: Decimal, code: str
) -> None:
    line = settle({"allowed": paid + rest, "plan_paid": paid}, code)
    assert line.other_share == line.owed == line.price - line.plan_paid


@given(small, small, small, small, small)
def test_history_owes_nothing_and_still_adds_up(
    price: int, tax: int, discount: int, paid: int, given_help: int
) -> None:
    total = price + tax
    discount, paid, given_help = (min(x, total // 3) for x in (discount, paid, given_help))
    line = LineAmounts(price=price, tax=tax, discount=discount, plan_paid=paid, help=given_help)
    closed = amounts.settled_before(line)
    assert closed.owed == 0
    assert closed.paid == line.owed


@given(
    st.lists(
        st.builds(
            LineAmounts,
            price=small,
            tax=small,
            discount=small,
            plan_paid=small,
            help=small,
            paid=small,
        ),
        min_size=1,
        max_size=8,
    ),
    st.booleans(),
)
def test_the_waterfall_runs_from_charged_to_owed(lines: list[LineAmounts], insured: bool) -> None:
    steps = telling.steps_for(lines, "USD", has_insurer=insured, history=False)
    level = steps[0].amount.minor
    for step in steps[1:-1]:
        if step.kind == "total":
            assert step.amount.minor == level
        else:
            level += step.amount.minor if step.kind == "more" else -step.amount.minor
    assert steps[-1].amount.minor == level == sum(line.owed for line in lines)
    assert steps[-1].kind == "owed"


def test_a_plan_that_contradicts_itself_is_refused_with_the_difference() -> None:
    with pytest.raises(DoesNotAddUp) as wrong:
        settle(
            {"allowed": Decimal(100), "plan_paid": Decimal(80), "copay": Decimal(5)},
            "USD",
            description="Office visit",
        )
    assert "Office visit" in str(wrong.value)
    assert wrong.value.difference == Money(-1500, "USD")
    with pytest.raises(BelowZero):
        settle({"allowed": Decimal(100), "plan_paid": Decimal(-1)}, "USD")


def test_what_a_plan_does_not_cover_may_stand_beside_what_it_allows() -> None:
    line = settle(
        {
            "submitted": Decimal(150),
            "allowed": Decimal(80),
            "plan_paid": Decimal(60),
            "copay": Decimal(20),
            "not_covered": Decimal(40),
        },
        "USD",
    )
    assert (line.discount, line.plan_paid, line.owed) == (3000, 6000, 6000)
