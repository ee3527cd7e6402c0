"""Whoever an import brings has a name and a birth date, and can be given a letter."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from portico.domain.people import actions
from portico.domain.people.queries import find_people
from portico.platform.gate.calls import system_call


def test_an_imported_patient_gets_a_letter(committing, shared_data, drain):
    files = sorted(
        (shared_data / "fhir-synthea-r4").rglob("*.json*"), key=lambda f: f.stat().st_size
    )
    patients = [f for f in files if "nformation" not in f.name]
    if not patients:
        pytest.skip("LEFT OUT: no patient files in the shared input data")
    call_command("import", str(patients[0]))
    drain()
    people = find_people(
        system_call("test"), text=patients[0].name.split("_")[1].rstrip("0123456789")
    )
    assert people
    assert people[0].birth_date
    issued = actions.issue_letter(
        system_call("test"), document="known", person_id=people[0].person_id
    )
    assert issued.letter.full_name == people[0].full_name
