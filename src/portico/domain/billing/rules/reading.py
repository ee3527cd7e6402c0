"""A portion of stored resources, read as claims: which answers which, and what stands alone. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from portico.domain.billing.rules import claims, invoices
from portico.domain.billing.rules.claims import ClaimFacts, Difference
from portico.domain.billing.rules.fields import Json, first_of, references_in
from portico.domain.billing.rules.planning import PatientClaim
from portico.record.reader import StoredResource

TYPES = ("ExplanationOfBenefit", "Claim", "Invoice", "ChargeItem")


def read_portion(
    portion: Iterable[StoredResource], decoded: Mapping[str, Json], currency: str
) -> list[PatientClaim]:
    """Every claim of a portion as billing needs it; claims that an explanation answers are left to it.

    What cannot be read is told to staff as `unusable` and stops nothing else.
    """
    reading = _PortionReading(decoded, currency)
    for stored in sorted(portion, key=lambda one: (TYPES.index(one.type), one.reference)):
        assert stored.patient_id is not None  # portions are made of patients
        try:
            reading.take(stored.patient_id, stored.type, stored.reference)
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
            reading.found.append(
                PatientClaim(stored.patient_id, _unusable(stored.reference, currency))
            )
    return reading.finish()


class _PortionReading:
    def __init__(self, decoded: Mapping[str, Json], currency: str) -> None:
        self.decoded = decoded
        self.currency = currency
        self.found: list[PatientClaim] = []
        self.answered: set[str] = set()
        self.invoiced: set[str] = set()
        self.items: dict[tuple[UUID, str], list[tuple[str, Json]]] = {}

    def take(self, patient_id: UUID, type_: str, key: str) -> None:
        json = self.decoded[key]
        if type_ == "ExplanationOfBenefit":
            claim = next(references_in(json.get("claim")), "")
            self.answered.add(claim)
            facts = claims.read_explanation(json, key, self.decoded.get(claim), self.currency)
        elif type_ == "Claim":
            if key in self.answered:
                return
            order = self.decoded.get(next(references_in(json.get("prescription")), ""))
            facts = claims.read_waiting_claim(json, key, order, self.currency)
        elif type_ == "Invoice":
            facts = invoices.read_invoice(json, key, self.decoded, self.currency)
            self.invoiced |= {line.source_key for line in facts.lines}
        else:
            if key not in self.invoiced:
                account = next(references_in(first_of(json.get("account"))), key)
                group = f"{account}@{invoices.service_day(json)}"
                self.items.setdefault((patient_id, group), []).append((key, json))
            return
        self.found.append(PatientClaim(patient_id, facts))

    def finish(self) -> list[PatientClaim]:
        for (patient_id, group), items in self.items.items():
            account = self.decoded.get(group.rpartition("@")[0], {})
            facts = invoices.read_charge_items(items, group, account, self.currency)
            self.found.append(PatientClaim(patient_id, facts))
        return _newest_answers(self.found)


def _newest_answers(found: list[PatientClaim]) -> list[PatientClaim]:
    """Of several answers to one claim the newest counts; the others are told to staff."""
    newest: dict[str, PatientClaim] = {}
    older: list[PatientClaim] = []
    for claim in sorted(found, key=lambda c: (c.facts.decided_date, c.facts.source_key)):
        key = claim.facts.bill_key if claim.facts.lines else claim.facts.source_key
        if key in newest:
            older.append(_told(newest[key], "answered_again"))
        newest[key] = claim
    return [*newest.values(), *older]


def _told(claim: PatientClaim, kind: str) -> PatientClaim:
    difference = Difference(claim.facts.source_key, kind, currency=claim.facts.currency)
    bare = _bare(claim.facts.source_key, claim.facts.currency, difference)
    return PatientClaim(claim.patient_id, bare)


def _unusable(key: str, currency: str) -> ClaimFacts:
    return _bare(key, currency, Difference(key, "unusable", currency=currency))


def _bare(key: str, currency: str, difference: Difference) -> ClaimFacts:
    """Nothing to bill, something to tell."""
    return ClaimFacts(
        source_key=key,
        bill_key=key,
        currency=currency,
        service_date=date.min,
        decided_date=date.min,
        payer_name="",
        claim_number="",
        has_insurer=False,
        decided=True,
        lines=(),
        differences=(difference,),
    )
