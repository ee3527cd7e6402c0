"""A portion of stored resources, read as claims: which answers which, and what stands alone. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from uuid import UUID

from portico.domain.billing.rules import claims, invoices
from portico.domain.billing.rules.claims import ClaimFacts
from portico.domain.billing.rules.fields import Json, first_of, references_in
from portico.domain.billing.rules.planning import PatientClaim
from portico.record.reader import StoredResource

_PORTION = 300
TYPES = ("ExplanationOfBenefit", "Claim", "Invoice", "ChargeItem")


def portions(stream: Iterable[StoredResource]) -> Iterator[list[StoredResource]]:
    """Whole patients, a few hundred resources at a time: a claim and its explanation stay together."""
    portion: list[StoredResource] = []
    for patient_id, theirs in groupby(stream, key=lambda stored: stored.patient_id):
        if patient_id is not None:
            portion += theirs
        if len(portion) >= _PORTION:
            yield portion
            portion = []
    if portion:
        yield portion


def read_portion(
    portion: Iterable[StoredResource], decoded: Mapping[str, Json], currency: str
) -> list[PatientClaim]:
    """Every claim of a portion as billing needs it; claims that an explanation answers are left to it."""
    read: list[tuple[UUID, ClaimFacts]] = []
    answered: set[str] = set()
    charge_items: dict[tuple[UUID, str], list[tuple[str, Json]]] = {}
    invoiced: set[str] = set()
    for stored in sorted(portion, key=lambda one: TYPES.index(one.type)):
        json, key, patient_id = decoded[stored.reference], stored.reference, stored.patient_id
        assert patient_id is not None  # portions are made of patients
        if stored.type == "ExplanationOfBenefit":
            claim = next(references_in(json.get("claim")), "")
            answered.add(claim)
            facts = claims.read_explanation(json, key, decoded.get(claim), currency)
            read.append((patient_id, facts))
        elif stored.type == "Claim" and key not in answered:
            prescription = decoded.get(next(references_in(json.get("prescription")), ""))
            read.append((patient_id, claims.read_waiting_claim(json, key, prescription, currency)))
        elif stored.type == "Invoice":
            facts = invoices.read_invoice(json, key, decoded, currency)
            invoiced |= {line.source_key for line in facts.lines}
            read.append((patient_id, facts))
        elif stored.type == "ChargeItem" and key not in invoiced:
            account = next(references_in(first_of(json.get("account"))), key)
            day = invoices.service_day(json)
            charge_items.setdefault((patient_id, f"{account}@{day}"), []).append((key, json))
    for (patient_id, group), items in charge_items.items():
        holder = decoded.get(group.rpartition("@")[0], {})
        read.append((patient_id, invoices.read_charge_items(items, group, holder, currency)))
    return [PatientClaim(patient_id, facts) for patient_id, facts in read]
