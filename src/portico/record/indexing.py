"""What the typed index says of a resource, and whom it is about. Pure; the text stays the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

# The elements that may carry each fact, the most telling first; a type has few of them.
_DATES = (
    "effectiveDateTime effectivePeriod effectiveInstant performedDateTime performedPeriod occurrenceDateTime "
    "occurrencePeriod onsetDateTime onsetPeriod billablePeriod servicedDate servicedPeriod servicePeriod period "
    "authoredOn authored whenHandedOver whenPrepared start date recordedDate assertedDate recorded sent received "
    "started issued startDate dateTime created birthDate paymentDate"
).split()
_CODES = (
    "code vaccineCode medicationCodeableConcept productCodeableConcept itemCodeableConcept type serviceType "
    "description reasonCode scope bodySite specialty"
).split()
_STATES = ("clinicalStatus", "lifecycleStatus", "outcome")
# The element that names the patient a resource is about (FHIR R4 patient compartment).
_PATIENTS = "patient subject beneficiary for individual candidate subscriber".split()
# Resources that are about whatever they point at.
_ABOUT = {
    "Provenance": ("target",),
    "AuditEvent": ("entity.what",),
    "Appointment": ("participant.actor",),
    "AppointmentResponse": ("actor",),
    "Person": ("link.target",),
    "PaymentNotice": ("request", "response"),
    "PaymentReconciliation": ("request", "detail.request"),
    "MessageHeader": ("focus",),
    "Composition": ("subject",),
    "Binary": ("securityContext",),
    "VerificationResult": ("target",),
}
IDENTITY_TYPES = frozenset(
    {
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "Organization",
        "Location",
        "RelatedPerson",
        "HealthcareService",
        "Device",
        "Coverage",
    }
)


@dataclass(frozen=True, slots=True)
class Index:
    """The columns beside a resource's text."""

    status: str
    category: str
    code: str
    code_system: str
    display: str
    date_text: str
    starts_at: datetime | None
    ends_at: datetime | None
    last_updated: datetime | None
    encounter: str


def index_of(value: dict[str, Any]) -> Index:
    """The index of a decoded resource. Takes only what has the right shape; never raises."""
    code, system, display = _coded(value)
    first, last = _dates(value)
    return Index(
        status=_status(value)[:40],
        category=_category(value)[:80],
        code=code[:80],
        code_system=system[:200],
        display=_display(value, display)[:300],
        date_text=first[:40],
        starts_at=moment(first),
        ends_at=moment(last),
        last_updated=moment(_text(_inside(value.get("meta"), "lastUpdated"))),
        encounter=_encounter(value),
    )


def patient_references(value: dict[str, Any]) -> list[str]:
    """References in the element that names the patient; the first that names a Patient counts."""
    if value["resourceType"] in _ABOUT:
        return []
    found: list[str] = []
    for element in _PATIENTS:
        if element in value:
            found.extend(_references(value[element]))
            if found:
                return found
    return found


def about_references(value: dict[str, Any]) -> list[str]:
    """What a resource such as Provenance points at, from which its patient follows."""
    found: list[str] = []
    for path in _ABOUT.get(value["resourceType"], ()):
        step, _, rest = path.partition(".")
        for item in _listed(value.get(step)):
            found.extend(_references(_inside(item, rest) if rest else item))
    return found


def identifiers_of(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """System and value of each whole business identifier, longer ones than the index holds left out."""
    for item in _listed(value.get("identifier")):
        system, text = _text(_inside(item, "system")), _text(_inside(item, "value"))
        if system and text and len(system) <= 200 and len(text) <= 200:
            yield system, text


def moment(text: str) -> datetime | None:
    """A FHIR date or moment in UTC; a partial one at its start. None where there is none."""
    if len(text) < 4:
        return None
    try:
        if len(text) <= 10:
            return datetime.fromisoformat((text + "-01-01")[:10]).replace(tzinfo=UTC)
        leap = text[17:19] == "60"
        plain = f"{text[:17]}59{text[19:]}" if leap else text
        found = datetime.fromisoformat(plain).astimezone(UTC)
        return found + timedelta(seconds=1) if leap else found
    except (ValueError, OverflowError):
        return None


def _dates(value: dict[str, Any]) -> tuple[str, str]:
    for element in _DATES:
        found = value.get(element)
        if type(found) is str:
            return found, _text(value.get("end")) if element == "start" else ""
        if type(found) is dict:
            start, end = _text(found.get("start")), _text(found.get("end"))
            if start or end:
                return start or end, end
    return "", ""


def _status(value: dict[str, Any]) -> str:
    found = _text(value.get("status"))
    for element in () if found else _STATES:
        given = value.get(element)
        found = _text(given) or _first_coding(given)[0]
        if found:
            break
    return found


def _category(value: dict[str, Any]) -> str:
    given = value.get("category") or value.get("class")
    for item in _listed(given):
        return _text(item) or _text(_inside(item, "code")) or _first_coding(item)[0]
    return ""


def _coded(value: dict[str, Any]) -> tuple[str, str, str]:
    for element in _CODES:
        for item in _listed(value.get(element)):
            code, system, display = _first_coding(item)
            if code or display:
                return code, system, display
    return "", "", ""


def _first_coding(item: Any) -> tuple[str, str, str]:
    """Code, system and words of a CodeableConcept: its own text before a coding's."""
    if type(item) is not dict:
        return "", "", ""
    for coding in _listed(item.get("coding")):
        if type(coding) is dict:
            words = _text(item.get("text")) or _text(coding.get("display"))
            return _text(coding.get("code")), _text(coding.get("system")), words
    return "", "", _text(item.get("text"))


def _display(value: dict[str, Any], coded: str) -> str:
    """People and places go by their name; all else by what its code says."""
    name = _name(value)
    return (name or coded) if value["resourceType"] in IDENTITY_TYPES else (coded or name)


def _encounter(value: dict[str, Any]) -> str:
    """The visit a resource belongs to, wherever its type says so."""
    context, items = value.get("context"), value.get("item")
    for given in (
        value.get("encounter"),
        _inside(context, "encounter"),
        context,
        *(_inside(item, "encounter") for item in _listed(items)),
    ):
        for reference in _references(given):
            return reference
    return ""


def _name(value: dict[str, Any]) -> str:
    for item in _listed(value.get("name")):
        if type(item) is str:
            return item
        if type(item) is dict:
            given = [_text(part) for part in _listed(item.get("given"))]
            return _text(item.get("text")) or " ".join([*given, _text(item.get("family"))]).strip()
    return _text(value.get("title"))


def _references(value: Any) -> list[str]:
    return [found for item in _listed(value) if (found := _text(_inside(item, "reference")))]


def _inside(value: Any, key: str) -> Any:
    return value.get(key) if type(value) is dict else None


def _listed(value: Any) -> list[Any]:
    return value if type(value) is list else [] if value is None else [value]


def _text(value: Any) -> str:
    return value if type(value) is str else ""
