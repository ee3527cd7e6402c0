"""`portico import` as an operator meets it."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from portico.platform.jobs.models import Job, JobState
from portico.record import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rosa = build.patient(
        "rosa", given=["Rosa"], family="Delgado", birth_date="1985-04-12", gender="female"
    )
    (tmp_path / "data" / "inside").mkdir(parents=True)
    (tmp_path / "data" / "inside" / "rosa.json.gz").write_bytes(
        gzip.compress(build.encode(rosa).encode())
    )
    (tmp_path / "data" / "PROVENANCE.md").write_text("where this comes from")
    (tmp_path / "data" / ".hidden").write_text("nothing")
    return tmp_path / "data"


def run(*args: object) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("import", *map(str, args), stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_a_folder_is_taken_and_reported(folder: Path) -> None:
    status, told = run(folder, "--json")
    assert status == 0
    assert json.loads(told) == {"read": 1, "stored": 1, "unchanged": 0, "refused": []}
    assert not Job.objects.filter(state=JobState.WAITING).exists()
    status, told = run(folder)
    assert (status, told) == (
        0,
        "1 of 1 files taken: 1 resources read, 0 stored, 1 there already.\n",
    )


def test_a_refusal_ends_with_3_and_names_file_place_and_reason(folder: Path) -> None:
    broken = folder / "broken.json"
    broken.write_text('{"resourceType":"Patient","birthDate":"once"}')
    status, told = run(folder, "--json")
    assert status == 3
    report = json.loads(told)
    assert report["stored"] == 1
    assert report["refused"] == [
        {
            "file": str(broken),
            "path": "Patient.birthDate",
            "reason": "A date is written 2024, 2024-05 or 2024-05-31.",
        }
    ]
    status, told = run(folder)
    assert "broken.json at Patient.birthDate. A date is written" in told


def test_a_path_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    status, told = run(tmp_path / "nowhere.json")
    assert status == 3
    assert "cannot be opened" in told
