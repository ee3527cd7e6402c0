"""What a FHIR Patient says about who the person is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Demographics:
    """A Patient's own words. `birth_date` as written, perhaps only a year."""

    full_name: str
    given: str
    family: str
    birth_date: str
    language: str
    record_number: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]


def read_patient(resource: Mapping[str, Any]) -> Demographics:
    """The official (else the first) name, contacts still in use, and the medical record number."""
    name = _best_name(resource.get("name") or [])
    given = " ".join(str(part) for part in name.get("given") or [])
    family = str(name.get("family") or "")
    full = str(name.get("text") or "") or f"{given} {family}"
    contacts = [
        (str(t.get("system") or ""), str(t.get("value") or ""))
        for t in resource.get("telecom") or []
        if t.get("use") != "old"
    ]
    return Demographics(
        full_name=" ".join(full.split()),
        given=given,
        family=family,
        birth_date=str(resource.get("birthDate") or ""),
        language=_language(resource),
        record_number=_record_number(resource.get("identifier") or []),
        emails=tuple(v for s, v in contacts if s == "email" and v),
        phones=tuple(v for s, v in contacts if s == "phone" and v),
    )


def _best_name(names: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    official = [n for n in names if n.get("use") == "official"]
    return next(iter(official or names), {})


def _language(resource: Mapping[str, Any]) -> str:
    for spoken in resource.get("communication") or []:
        for coding in (spoken.get("language") or {}).get("coding") or []:
            if code := str(coding.get("code") or ""):
                return code.split("-")[0]
    return ""


def _record_number(identifiers: list[Mapping[str, Any]]) -> str:
    for identifier in identifiers:
        codings = (identifier.get("type") or {}).get("coding") or []
        if any(c.get("code") == "MR" for c in codings):
            return str(identifier.get("value") or "")
    return str(identifiers[0].get("value") or "") if identifiers else ""
