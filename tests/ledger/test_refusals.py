"""What the database refuses, whoever asks: the table of the ledger's design, on the database at hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from portico.ledger import book, recipes, verification
from portico.ledger.models import Account, Entry, Posting
from portico.ledger.recipes import Whose
from portico.platform.kernel.ids import new_id
from portico.platform.kernel.money import Money

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 6, 12, tzinfo=UTC)


def leg(
    posting_id: UUID, direction: str, minor: int, currency: str = "USD", account: str = "bank"
) -> Entry:
    return Entry(
        posting_id=posting_id,
        account_id=account,
        direction=direction,
        amount_minor=minor,
        currency=currency,
    )


def seal(posting_id: UUID, source: str = "1") -> Posting:
    return Posting(
        id=posting_id, source_kind="test", source_id=source, recipe="test", posted_at=NOON
    )


def stand(source: str = "1") -> UUID:
    """A posting that stands: 40.00 from suspense to the bank."""
    posting_id = new_id()
    Entry.objects.bulk_create(
        [leg(posting_id, "debit", 4000), leg(posting_id, "credit", 4000, account="suspense")]
    )
    seal(posting_id, source).save(force_insert=True)
    return posting_id


@pytest.fixture
def standing() -> UUID:
    return stand()


def refuses(act: Callable[[], object], *, error: type[Exception] = IntegrityError) -> None:
    with pytest.raises(error), transaction.atomic():
        act()


def test_two_entries_that_balance_and_then_their_posting_stand() -> None:
    posting_id = stand()
    connection.check_constraints()
    assert Entry.objects.filter(posting_id=posting_id).count() == 2
    assert verification.problems() == []


@pytest.mark.parametrize(
    "legs",
    [
        [("debit", 4000, "USD"), ("credit", 3999, "USD")],
        [("debit", 4000, "USD"), ("credit", 4000, "EUR")],
        [("debit", 4000, "USD")],
        [],
    ],
    ids=["a cent missing", "two currencies", "one leg", "no legs"],
)
def test_an_unbalanced_posting_is_refused(legs: list[tuple[str, int, str]]) -> None:
    posting_id = new_id()

    def act() -> None:
        Entry.objects.bulk_create([leg(posting_id, *one) for one in legs])
        seal(posting_id).save(force_insert=True)

    refuses(act)
    assert not Posting.objects.exists()


def test_a_posting_before_its_entries_is_refused() -> None:
    refuses(lambda: seal(new_id()).save(force_insert=True))


def test_entries_without_a_posting_cannot_be_committed() -> None:
    def act() -> None:
        with transaction.atomic():
            posting_id = new_id()
            Entry.objects.bulk_create([leg(posting_id, "debit", 1), leg(posting_id, "credit", 1)])
        connection.check_constraints()  # what the database does at commit

    refuses(act)


def test_a_sealed_posting_takes_no_more_entries(standing: UUID) -> None:
    refuses(lambda: leg(standing, "debit", 1).save())
    pair = [leg(standing, "debit", 1), leg(standing, "credit", 1)]
    refuses(lambda: Entry.objects.bulk_create(pair))


def test_the_same_source_and_recipe_stand_once(standing: UUID) -> None:
    refuses(lambda: stand("1"))
    assert Posting.objects.count() == 1


@pytest.mark.parametrize("minor", [-1, 0])
def test_an_amount_is_more_than_nothing(minor: int) -> None:
    refuses(lambda: leg(new_id(), "debit", minor).save())


def test_half_a_cent_never_gets_in() -> None:
    def act() -> None:
        posting_id = new_id().hex
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_entry (posting_id, account_id, direction, amount_minor, currency)"
                " VALUES (%s, 'bank', 'debit', '10.5', 'USD')",
                [posting_id],
            )

    refuses(act, error=DatabaseError)


def test_an_unknown_account_direction_or_currency_is_refused() -> None:
    def unknown_account() -> None:
        leg(new_id(), "debit", 1, account="petty_cash").save()
        connection.check_constraints()

    refuses(unknown_account)
    refuses(lambda: leg(new_id(), "across", 1).save())
    refuses(lambda: leg(new_id(), "debit", 1, "US").save())


def test_nothing_that_stands_can_be_changed_or_removed(standing: UUID) -> None:
    entry, posting = Entry.objects.first(), Posting.objects.get()
    assert entry is not None
    entry.amount_minor = 1
    posting.recipe = "other"
    refuses(entry.save)
    refuses(posting.save)
    refuses(lambda: Entry.objects.update(amount_minor=1))
    refuses(lambda: Posting.objects.update(recipe="other"))
    refuses(lambda: Entry.objects.all()._raw_delete("default"))
    refuses(lambda: Posting.objects.all()._raw_delete("default"))
    refuses(entry.delete)
    refuses(posting.delete, error=models.ProtectedError)
    refuses(lambda: Account.objects.update(normal="debit"))
    refuses(lambda: Account.objects.filter(code="write_off")._raw_delete("default"))
    assert Entry.objects.filter(amount_minor=4000).count() == 2


def test_a_row_cannot_be_written_over(standing: UUID) -> None:
    """INSERT OR REPLACE (SQLite) and ON CONFLICT DO UPDATE remove or change without a delete or update."""
    entry = Entry.objects.order_by("id").first()
    assert entry is not None
    columns = "(id, posting_id, account_id, direction, amount_minor, currency)"
    values = f"({entry.pk}, '{new_id().hex}', 'bank', 'debit', 1, 'USD')"
    statement = {
        "sqlite": f"INSERT OR REPLACE INTO ledger_entry {columns} VALUES {values}",
        "postgresql": f"INSERT INTO ledger_entry {columns} VALUES {values}"
        " ON CONFLICT (id) DO UPDATE SET amount_minor = 1",
    }[connection.vendor]

    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    refuses(act)
    if connection.vendor == "sqlite":
        replaced = (
            "INSERT OR REPLACE INTO ledger_posting (id, source_kind, source_id, recipe, posted_at)"
            f" VALUES ('{standing.hex}', 'test', '1', 'test', '2026-01-01')"
        )

        def replace() -> None:
            with connection.cursor() as cursor:
                cursor.execute(replaced)

        refuses(replace)
    assert Entry.objects.get(pk=entry.pk).amount_minor == 4000


def test_the_tables_cannot_be_emptied(standing: UUID) -> None:
    if connection.vendor == "sqlite":
        return  # SQLite has no such statement; its delete is refused above

    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else the pending checks refuse first
            cursor.execute("TRUNCATE ledger_entry, ledger_posting CASCADE")

    refuses(act)


def test_a_posting_is_reversed_once(standing: UUID) -> None:
    original = book.find_postings("test", ["1"])[0]

    def reverse(source: str) -> UUID:
        draft = recipes.reversal(
            original.draft, standing, source_kind="test", source_id=source, recipe="undone"
        )
        return book.post(draft, at=NOON)

    reverse("a")
    refuses(lambda: reverse("b"))


def test_booking_a_fact_again_says_where_it_stands_and_adds_nothing() -> None:
    draft = recipes.payout_received("po_1", Money(2910, "USD"), Whose())
    first = book.post(draft, at=NOON)
    with pytest.raises(book.AlreadyPosted) as again:
        book.post(draft, at=NOON)
    assert again.value.posting_id == first
    assert Entry.objects.count() == 2
    assert book.post_many([draft], at=NOON) == 0


def test_many_facts_are_booked_with_a_handful_of_statements(
    django_assert_max_num_queries: object,
) -> None:
    drafts = [
        recipes.payout_received(f"po_{n}", Money(100 + n, "USD"), Whose()) for n in range(120)
    ]
    assert callable(django_assert_max_num_queries)
    with django_assert_max_num_queries(8):
        assert book.post_many(drafts, at=NOON) == 120
    assert book.post_many(drafts, at=NOON) == 0
    assert Posting.objects.count() == 120


def test_a_missing_trigger_is_noticed() -> None:
    on = "" if connection.vendor == "sqlite" else " ON ledger_posting"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER ledger_posting_balances{on}")
    assert verification.problems() == ["The trigger ledger_posting_balances is missing."]


def test_an_orphan_entry_is_noticed() -> None:
    """A shell with foreign keys off can leave one behind; balances ignore it and verification names it."""
    posting_id = new_id()
    Entry.objects.bulk_create([leg(posting_id, "debit", 5), leg(posting_id, "credit", 5)])
    found = verification.problems()
    assert any("without their posting" in problem for problem in found)
    transaction.set_rollback(True)
