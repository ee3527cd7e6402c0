"""Makes FHIR R4 resources: for portal-born facts and for the demonstration clinic. Pure.

Functions answer plain dictionaries; `encode` and `bundle` make text of them with decimals as they were given
(Decimal("6.30") stays 6.30). Ids are the caller's, so that the same input makes the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

Values = dict[str, Any]
When = date | datetime | str

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
CPT = "http://www.ama-assn.org/go/cpt"
UCUM = "http://unitsofmeasure.org"
_TERMS = "http://terminology.hl7.org/CodeSystem/"

_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(value: Values) -> str:
    """The JSON text of a resource."""
    return _encoder.encode(value).decode()


def bundle(resources: Iterable[Values]) -> bytes:
    """A collection Bundle that `portico import` takes, every entry on a line of its own."""
    entries = [f'{{"fullUrl":"urn:uuid:{r["id"]}","resource":{encode(r)}}}' for r in resources]
    return (
        '{"resourceType":"Bundle","type":"collection","entry":[\n' + ",\n".join(entries) + "\n]}\n"
    ).encode()


def ref(type: str, id: str, display: str = "") -> Values:
    """A reference: {"reference": "Patient/1"}."""
    return _some(reference=f"{type}/{id}", display=display)


def concept(code: str, system: str, display: str, text: str = "") -> Values:
    """A CodeableConcept of one coding."""
    coding = _some(system=system, code=code, display=display)
    return _some(coding=[coding], text=text or display)


def quantity(value: Decimal | int, unit: str, code: str = "") -> Values:
    """A measured amount in UCUM units."""
    return {"value": value, "unit": unit, "system": UCUM, "code": code or unit}


def amount(value: Decimal, currency: str) -> Values:
    """FHIR Money."""
    return {"value": value, "currency": currency}


def period(start: When, end: When | None = None) -> Values:
    return _some(start=_when(start), end=_when(end) if end else None)


def patient(
    id: str,
    *,
    given: Sequence[str],
    family: str,
    birth_date: When,
    gender: str,
    identifiers: Sequence[tuple[str, str]] = (),
    language: str = "",
    phone: str = "",
    email: str = "",
    address: Values | None = None,
) -> Values:
    """A person with a record. `gender` is administrative: male, female, other, unknown."""
    telecom = [
        {"system": system, "value": value}
        for system, value in (("phone", phone), ("email", email))
        if value
    ]
    return _resource(
        "Patient",
        id,
        identifier=[{"system": s, "value": v} for s, v in identifiers],
        name=[_some(use="official", family=family, given=list(given))],
        telecom=telecom,
        gender=gender,
        birthDate=_when(birth_date),
        address=[address] if address else [],
        communication=[{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": language}]}}]
        if language
        else [],
    )


def practitioner(
    id: str, *, given: str, family: str, prefix: str = "", suffix: str = "", npi: str = ""
) -> Values:
    name = _some(
        family=family,
        given=[given],
        prefix=[prefix] if prefix else [],
        suffix=[suffix] if suffix else [],
    )
    numbers = [{"system": "http://hl7.org/fhir/sid/us-npi", "value": npi}] if npi else []
    return _resource("Practitioner", id, identifier=numbers, name=[name])


def organization(id: str, *, name: str, kind: str = "prov", phone: str = "") -> Values:
    """`kind`: prov (provider), pay (payer), ins (insurer), per HL7's organization types."""
    return _resource(
        "Organization",
        id,
        active=True,
        type=[concept(kind, _TERMS + "organization-type", "")] if kind else [],
        name=name,
        telecom=[{"system": "phone", "value": phone}] if phone else [],
    )


def location(
    id: str, *, name: str, organization_id: str = "", address: Values | None = None
) -> Values:
    managing = ref("Organization", organization_id) if organization_id else None
    return _resource(
        "Location", id, status="active", name=name, address=address, managingOrganization=managing
    )


def encounter(
    id: str,
    *,
    patient_id: str,
    start: When,
    end: When | None = None,
    kind: Values,
    status: str = "finished",
    setting: str = "AMB",
    practitioner_id: str = "",
    practitioner_name: str = "",
    location_id: str = "",
    organization_id: str = "",
    reasons: Sequence[Values] = (),
) -> Values:
    """A visit. `setting`: AMB, EMER, IMP, VR (HL7 v3 ActCode)."""
    who = ref("Practitioner", practitioner_id, practitioner_name)
    return _resource(
        "Encounter",
        id,
        status=status,
        **{"class": {"system": _TERMS + "v3-ActCode", "code": setting}},
        type=[kind],
        subject=ref("Patient", patient_id),
        participant=[{"individual": who}] if practitioner_id else [],
        period=period(start, end),
        reasonCode=list(reasons),
        location=[{"location": ref("Location", location_id)}] if location_id else [],
        serviceProvider=ref("Organization", organization_id) if organization_id else None,
    )


def observation(
    id: str,
    *,
    patient_id: str,
    code: Values,
    at: When,
    value: Values | str | None = None,
    category: str = "laboratory",
    status: str = "final",
    low: Values | None = None,
    high: Values | None = None,
    interpretation: str = "",
    encounter_id: str = "",
    components: Sequence[tuple[Values, Values]] = (),
) -> Values:
    """A result or a vital sign. `value` is a quantity, a concept or text; blood pressure has components."""
    measured = isinstance(value, dict) and "value" in value
    coded = isinstance(value, dict) and "coding" in value
    return _resource(
        "Observation",
        id,
        status=status,
        category=[concept(category, _TERMS + "observation-category", category)],
        code=code,
        subject=ref("Patient", patient_id),
        encounter=ref("Encounter", encounter_id) if encounter_id else None,
        effectiveDateTime=_when(at),
        valueQuantity=value if measured else None,
        valueCodeableConcept=value if coded else None,
        valueString=value if isinstance(value, str) else None,
        interpretation=[
            concept(interpretation, _TERMS + "v3-ObservationInterpretation", interpretation)
        ]
        if interpretation
        else [],
        referenceRange=[_some(low=low, high=high)] if low or high else [],
        component=[{"code": c, "valueQuantity": v} for c, v in components],
    )


def diagnostic_report(
    id: str,
    *,
    patient_id: str,
    code: Values,
    at: datetime | str,
    results: Sequence[str],
    encounter_id: str = "",
) -> Values:
    """A laboratory report over Observations named by id."""
    return _resource(
        "DiagnosticReport",
        id,
        status="final",
        category=[concept("LAB", _TERMS + "v2-0074", "Laboratory")],
        code=code,
        subject=ref("Patient", patient_id),
        encounter=ref("Encounter", encounter_id) if encounter_id else None,
        effectiveDateTime=_when(at),
        issued=_when(at),
        result=[ref("Observation", result) for result in results],
    )


def condition(
    id: str,
    *,
    patient_id: str,
    code: Values,
    onset: When,
    active: bool = True,
    encounter_id: str = "",
) -> Values:
    state = "active" if active else "resolved"
    return _resource(
        "Condition",
        id,
        clinicalStatus=concept(state, _TERMS + "condition-clinical", state),
        verificationStatus=concept("confirmed", _TERMS + "condition-ver-status", "Confirmed"),
        category=[concept("problem-list-item", _TERMS + "condition-category", "Problem list")],
        code=code,
        subject=ref("Patient", patient_id),
        encounter=ref("Encounter", encounter_id) if encounter_id else None,
        onsetDateTime=_when(onset),
    )


def medication_request(
    id: str,
    *,
    patient_id: str,
    medication: Values,
    at: When,
    dosage: str,
    status: str = "active",
    encounter_id: str = "",
    practitioner_id: str = "",
    refills: int | None = None,
) -> Values:
    return _resource(
        "MedicationRequest",
        id,
        status=status,
        intent="order",
        medicationCodeableConcept=medication,
        subject=ref("Patient", patient_id),
        encounter=ref("Encounter", encounter_id) if encounter_id else None,
        authoredOn=_when(at),
        requester=ref("Practitioner", practitioner_id) if practitioner_id else None,
        dosageInstruction=[{"text": dosage}],
        dispenseRequest={"numberOfRepeatsAllowed": refills} if refills is not None else None,
    )


def immunization(id: str, *, patient_id: str, vaccine: Values, at: When) -> Values:
    return _resource(
        "Immunization",
        id,
        status="completed",
        vaccineCode=vaccine,
        patient=ref("Patient", patient_id),
        occurrenceDateTime=_when(at),
    )


def allergy(
    id: str, *, patient_id: str, substance: Values, reaction: str = "", severity: str = ""
) -> Values:
    """`severity`: mild, moderate, severe."""
    manifestation = [_some(manifestation=[{"text": reaction}], severity=severity)]
    return _resource(
        "AllergyIntolerance",
        id,
        clinicalStatus=concept("active", _TERMS + "allergyintolerance-clinical", "Active"),
        verificationStatus=concept(
            "confirmed", _TERMS + "allergyintolerance-verification", "Confirmed"
        ),
        code=substance,
        patient=ref("Patient", patient_id),
        reaction=manifestation if reaction else [],
    )


def procedure(
    id: str, *, patient_id: str, code: Values, at: When, encounter_id: str = ""
) -> Values:
    return _resource(
        "Procedure",
        id,
        status="completed",
        code=code,
        subject=ref("Patient", patient_id),
        encounter=ref("Encounter", encounter_id) if encounter_id else None,
        performedDateTime=_when(at),
    )


def coverage(
    id: str, *, patient_id: str, payer_id: str, payer_name: str, member_number: str, plan: str
) -> Values:
    return _resource(
        "Coverage",
        id,
        status="active",
        subscriberId=member_number,
        beneficiary=ref("Patient", patient_id),
        payor=[ref("Organization", payer_id, payer_name)],
        **{"class": [{"type": concept("plan", _TERMS + "coverage-class", "Plan"), "value": plan}]},
    )


def _resource(kind: str, fhir_id: str, /, **elements: Any) -> Values:
    return {"resourceType": kind, "id": fhir_id, **_some(**elements)}


def _some(**elements: Any) -> Values:
    """Only the elements that say something: FHIR knows no null, no empty list and no empty text."""
    return {name: value for name, value in elements.items() if value not in (None, "", [], {})}


def _when(moment: When) -> str:
    """FHIR wants a zone on every moment that has a time."""
    if isinstance(moment, datetime) and moment.tzinfo is None:
        raise ValueError("A moment in a resource needs its time zone")
    return moment if isinstance(moment, str) else moment.isoformat()
