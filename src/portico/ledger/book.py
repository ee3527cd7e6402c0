"""The only way into the ledger. Call it inside a verb's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from portico.ledger.accounts import CHART
from portico.ledger.models import Account, Entry, Posting
from portico.ledger.recipes import EntryDraft, PostingDraft
from portico.platform.kernel.errors import Refused
from portico.platform.kernel.ids import new_id
from portico.platform.kernel.money import Money

_ROWS_AT_ONCE = 500


class AlreadyPosted(Refused):
    """This fact is booked; `posting_id` says where. Nothing was added."""

    def __init__(self, posting_id: UUID) -> None:
        super().__init__(f"already posted as {posting_id}")
        self.posting_id = posting_id


@dataclass(frozen=True, slots=True)
class Posted:
    """A posting that stands, with its entries as they were drafted."""

    posting_id: UUID
    draft: PostingDraft
    posted_at: datetime


def post(draft: PostingDraft, *, at: datetime) -> UUID:
    """Book one fact and give the posting's id. `AlreadyPosted` when it stands; the transaction stays usable."""
    posting_id = new_id()
    try:
        with transaction.atomic():
            Entry.objects.bulk_create(_entries(posting_id, draft))
            _posting(posting_id, draft, at).save(force_insert=True)
    except IntegrityError:
        standing = _standing([draft]).get(_key(draft))
        if standing is None:
            raise
        raise AlreadyPosted(standing) from None
    return posting_id


def post_many(drafts: Iterable[PostingDraft], *, at: datetime) -> int:
    """Book many facts with a few statements; those that stand are left alone. Gives how many were added."""
    wanted = {_key(draft): draft for draft in drafts}
    for key in _standing(wanted.values()):
        del wanted[key]
    numbered = [(new_id(), draft) for draft in wanted.values()]
    Entry.objects.bulk_create(
        [entry for posting_id, draft in numbered for entry in _entries(posting_id, draft)],
        batch_size=_ROWS_AT_ONCE,
    )
    Posting.objects.bulk_create(
        [_posting(posting_id, draft, at) for posting_id, draft in numbered],
        batch_size=_ROWS_AT_ONCE,
    )
    return len(numbered)


def write_chart() -> None:
    """Put the accounts that are missing into the database (migrations do; so does a test that emptied it)."""
    rows = [Account(code=row.code, normal=row.normal) for row in CHART]
    Account.objects.bulk_create(rows, ignore_conflicts=True)


def find_postings(source_kind: str, source_ids: Iterable[object]) -> list[Posted]:
    """Every posting of these sources, oldest first, with its entries. Two queries."""
    found = Posting.objects.filter(
        source_kind=source_kind, source_id__in=[str(s) for s in source_ids]
    ).order_by("posted_at", "id")
    entries: dict[UUID, list[EntryDraft]] = defaultdict(list)
    for entry in Entry.objects.filter(posting__in=found).order_by("id"):
        entries[entry.posting_id].append(_redraft(entry))
    return [
        Posted(
            p.pk,
            PostingDraft(p.source_kind, p.source_id, p.recipe, tuple(entries[p.pk]), p.reverses_id),
            p.posted_at,
        )
        for p in found
    ]


def _key(draft: PostingDraft) -> tuple[str, str, str]:
    return (draft.source_kind, draft.source_id, draft.recipe)


def _standing(drafts: Iterable[PostingDraft]) -> dict[tuple[str, str, str], UUID]:
    by_kind: dict[tuple[str, str], list[str]] = defaultdict(list)
    for draft in drafts:
        by_kind[draft.source_kind, draft.recipe].append(draft.source_id)
    standing: dict[tuple[str, str, str], UUID] = {}
    for (kind, recipe), sources in by_kind.items():
        rows = Posting.objects.filter(source_kind=kind, recipe=recipe, source_id__in=sources)
        for posting_id, source_id in rows.values_list("id", "source_id"):
            standing[kind, source_id, recipe] = posting_id
    return standing


def _posting(posting_id: UUID, draft: PostingDraft, at: datetime) -> Posting:
    return Posting(
        id=posting_id,
        source_kind=draft.source_kind,
        source_id=draft.source_id,
        recipe=draft.recipe,
        posted_at=at,
        reverses_id=draft.reverses_id,
    )


def _entries(posting_id: UUID, draft: PostingDraft) -> list[Entry]:
    return [
        Entry(
            posting_id=posting_id,
            account_id=str(e.account),
            direction=e.direction,
            amount_minor=e.amount.minor,
            currency=e.amount.currency,
            patient_id=e.patient_id,
            charge_id=e.charge_id,
            entity_id=e.entity_id,
        )
        for e in draft.entries
    ]


def _redraft(entry: Entry) -> EntryDraft:
    return EntryDraft(
        entry.account_id,
        entry.direction,
        Money(entry.amount_minor, entry.currency),
        entry.patient_id,
        entry.charge_id,
        entry.entity_id,
    )
