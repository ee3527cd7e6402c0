"""From the codes of a claim's line to the words and the kind a patient reads. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from portico.domain.billing.states import ChargeKind

_SEMANTIC_TAG = re.compile(
    r"\s*\((procedure|regime/therapy|finding|situation|disorder|environment|observable entity)\)$"
)
_KIND_OF_REFERENCE = {
    "Encounter": ChargeKind.VISIT,
    "Immunization": ChargeKind.IMMUNIZATION,
    "Procedure": ChargeKind.PROCEDURE,
    "MedicationRequest": ChargeKind.MEDICINE,
    "MedicationDispense": ChargeKind.MEDICINE,
    "Observation": ChargeKind.TEST,
    "DiagnosticReport": ChargeKind.TEST,
    "Device": ChargeKind.SUPPLY,
    "SupplyDelivery": ChargeKind.SUPPLY,
}
_KIND_OF_SYSTEM = {
    "http://hl7.org/fhir/sid/cvx": ChargeKind.IMMUNIZATION,
    "http://hl7.org/fhir/sid/ndc": ChargeKind.MEDICINE,
    "http://www.nlm.nih.gov/research/umls/rxnorm": ChargeKind.MEDICINE,
    "http://loinc.org": ChargeKind.TEST,
}


def kind_of(coding: Mapping[str, Any], item: Mapping[str, Any], claim_type: str, chart: str) -> str:
    """What kind of thing a line is for: by its chart entry, its code system, its claim's type, its code."""
    if claim_type == "pharmacy":
        return ChargeKind.MEDICINE
    by_chart = _KIND_OF_REFERENCE.get(chart.split("/", 1)[0])
    by_system = _KIND_OF_SYSTEM.get(str(coding.get("system", "")))
    return by_system or by_chart or _kind_of_code(str(coding.get("code", "")))


def _kind_of_code(code: str) -> str:
    """By the ranges of procedure codes in use: 8xxxx laboratory, 992xx to 994xx visits, A and E supplies."""
    if re.fullmatch(r"8\d{4}", code):
        return ChargeKind.TEST
    if re.fullmatch(r"99[234]\d\d", code):
        return ChargeKind.VISIT
    if re.fullmatch(r"[AEK]\d{4}", code):
        return ChargeKind.SUPPLY
    return ChargeKind.PROCEDURE


def describe(concept: Mapping[str, Any], kind: str) -> str:
    """The line in words: the source's text or display without its technical tag, else its code."""
    codings = [c for c in concept.get("coding", ()) if isinstance(c, Mapping)]
    words = str(concept.get("text") or "") or next(
        (str(c["display"]) for c in codings if c.get("display")), ""
    )
    words = _SEMANTIC_TAG.sub("", words).strip()
    if not words:
        code = next((str(c["code"]) for c in codings if c.get("code")), "")
        words = f"{kind.capitalize()} {code}".strip()
    return (words[0].upper() + words[1:])[:300]
