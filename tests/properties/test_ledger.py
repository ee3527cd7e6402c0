"""Whatever is booked, in whatever order, the books stay in balance and every charge explains itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.ledger import balances, recipes
from portico.ledger.recipes import EntryDraft, PostingDraft, Unbalanced, Whose
from portico.platform.kernel.ids import new_id
from portico.platform.kernel.money import Money

CHARGES = [UUID(int=n) for n in range(1, 4)]
PATIENT = UUID(int=99)
Maker = Callable[[UUID, Money], PostingDraft]


def about(charge: UUID) -> Whose:
    return Whose(PATIENT, UUID(int=7), charge)


def source() -> str:
    return str(new_id())


MAKERS: list[Maker] = [
    lambda c, m: recipes.charge_issued(new_id(), m, about(c)),
    lambda c, m: recipes.charge_issued(new_id(), m, about(c), tax=m),
    lambda c, m: recipes.insurer_adjusted(new_id(), m, about(c)),
    lambda c, m: recipes.insurer_paid(new_id(), m, about(c)),
    lambda c, m: recipes.self_pay_discounted(new_id(), m, about(c)),
    lambda c, m: recipes.help_granted(new_id(), m, about(c)),
    lambda c, m: recipes.written_off(new_id(), m, about(c)),
    lambda c, m: recipes.payment_captured(source(), {c: m}, about(c), credit=m),
    lambda c, m: recipes.payment_reversed(source(), {c: m}, about(c), credit=m),
    lambda c, m: recipes.late_money(source(), {c: m}, about(c)),
    lambda c, m: recipes.unplaced_money(source(), m, Whose()),
    lambda c, m: recipes.money_placed(source(), {c: m}, about(c), credit=m),
    lambda c, m: recipes.fee_taken(source(), m, about(c)),
    lambda c, m: recipes.payout_received(source(), m, about(c)),
    lambda c, m: recipes.refund_settled(source(), {c: m}, about(c), credit=m),
    lambda c, m: recipes.credit_applied(new_id(), {c: m}, about(c)),
    lambda c, m: recipes.overpaid_to_credit(new_id(), {c: m}, about(c)),
    lambda c, m: recipes.dispute_opened(source(), m, about(c)),
    lambda c, m: recipes.dispute_won(source(), m, about(c)),
    lambda c, m: recipes.dispute_lost(source(), {c: m}, about(c), credit=m),
]
facts = st.lists(
    st.tuples(
        st.sampled_from(MAKERS), st.sampled_from(CHARGES), st.integers(1, 10**12), st.booleans()
    ),
    max_size=40,
)


def signed(entry: EntryDraft) -> int:
    return entry.amount.minor if entry.direction == "debit" else -entry.amount.minor


@given(facts)
def test_the_trial_balance_is_zero_and_every_charge_adds_up(
    booked: list[tuple[Maker, UUID, int, bool]],
) -> None:
    entries: list[EntryDraft] = []
    for maker, charge, minor, undone in booked:
        draft = maker(charge, Money(minor, "USD"))
        entries += draft.entries
        if undone:
            undo = recipes.reversal(
                draft, new_id(), source_kind="test", source_id=source(), recipe="undone"
            )
            entries += undo.entries
    assert sum(signed(e) for e in entries) == 0
    nets: dict[tuple[UUID, str, str], int] = defaultdict(int)
    for e in entries:
        if e.charge_id:
            nets[e.charge_id, str(e.account), e.amount.currency] += signed(e)
    for r in balances.fold((*key, net) for key, net in nets.items()).values():
        off = r.discount + r.plan_paid + r.help + r.written_off + r.paid
        assert r.charged + r.tax - off == r.owed


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_a_draft_that_does_not_balance_cannot_be_made(debit: int, credit: int) -> None:
    legs = (
        EntryDraft("bank", "debit", Money(debit, "USD")),
        EntryDraft("suspense", "credit", Money(credit, "USD")),
    )
    if debit == credit:
        assert PostingDraft("test", "1", "test", legs).entries == legs
    else:
        with pytest.raises(Unbalanced):
            PostingDraft("test", "1", "test", legs)


def test_a_fact_about_nothing_is_no_fact() -> None:
    with pytest.raises(Unbalanced):
        recipes.insurer_paid(new_id(), Money(0, "USD"), about(CHARGES[0]))
