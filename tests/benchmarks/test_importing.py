"""The import stays fast enough, and its memory does not grow with the number of files."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from portico.domain.intake import exchanges
from portico.domain.intake.exchanges import FileToRead
from portico.platform.gate.calls import system_call
from portico.record import build
from tests.benchmarks import importing

pytestmark = pytest.mark.django_db


def test_import_reaches_a_fifth_of_bulk_create(shared_data: Path) -> None:
    assert importing.measure(shared_data / "fhir-synthea-r4").ratio >= 0.2


def _content(number: int) -> bytes:
    person = build.patient(
        f"p{number}", given=["Pat"], family=f"Lowe{number}", birth_date="1970-01-01", gender="other"
    )
    results = [
        build.observation(
            f"r{number}-{i}",
            patient_id=person["id"],
            code=build.concept("718-7", build.LOINC, "Hemoglobin"),
            at="2026-01-01T08:00:00Z",
            value="x" * 200,
        )
        for i in range(100)
    ]
    return build.bundle([person, *results])


def _peak(count: int, start: int) -> int:
    files = [FileToRead(f"{n}", lambda n=n: _content(n)) for n in range(start, start + count)]
    tracemalloc.start()
    exchanges.import_files(system_call("import"), files=files)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_number_of_files() -> None:
    _peak(2, 0)
    few, many = _peak(3, 10), _peak(30, 100)
    assert many < few * 1.3
