"""Imports meet a disk that is really full, a process that really stops, and every order of files."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portico.domain.intake import actions, exchanges
from portico.domain.intake.exchanges import FileToRead, Report
from portico.domain.intake.models import Batch
from portico.platform.access.decisions import Scope
from portico.platform.gate.calls import system_call
from portico.platform.identity.models import Person
from portico.record import build, reader
from portico.record.models import Resource, Source

EVERYBODY = Scope(patient_ids=None)


def patient(id: str, **more: Any) -> dict[str, Any]:
    return build.patient(
        id, given=["Pat"], family=id.title(), birth_date="1970-01-01", gender="other", **more
    )


def take(*contents: bytes | str) -> Report:
    files = [
        FileToRead(f"{i}", lambda c=c: c if isinstance(c, bytes) else c.encode())
        for i, c in enumerate(contents)
    ]
    return exchanges.import_files(system_call("import"), files=files)


def large(id: str) -> bytes:
    notes = [
        {
            "resourceType": "Basic",
            "id": f"{id}-{i}",
            "code": {"text": f"{i} " + "words " * 300},
            "subject": {"reference": f"Patient/{id}"},
        }
        for i in range(300)
    ]
    return build.bundle([patient(id), *notes])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite can be told to be full")
def test_a_disk_that_fills_up_leaves_whole_files_only(committing) -> None:
    assert take(large("first")).refused == []
    before = (Person.objects.count(), Source.objects.count(), Resource.objects.count())
    with connection.cursor() as cursor:
        (pages,) = cursor.execute("PRAGMA page_count").fetchone()
        (most,) = cursor.execute("PRAGMA max_page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages + 20}")
    try:
        report = take(large("second"))
        assert report.stored == 0
        assert "Look whether the disk is full" in report.refused[0].reason
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count = {most}")
    assert before == (Person.objects.count(), Source.objects.count(), Resource.objects.count())
    again = take(large("second"))
    assert (again.stored, again.refused) == (301, [])


def test_a_process_that_stops_between_files_loses_nothing(db, monkeypatch) -> None:
    class Stopped(BaseException):
        pass

    store = actions.store_file
    left = iter([True, False])

    def once(*args: Any, **kwargs: Any) -> Any:
        if not next(left):
            raise Stopped
        return store(*args, **kwargs)

    monkeypatch.setattr(actions, "store_file", once)
    with pytest.raises(Stopped):
        take(build.encode(patient("one")), build.encode(patient("two")))
    monkeypatch.undo()
    assert Batch.objects.filter(finished_at=None).count() == 1
    report = take(build.encode(patient("one")), build.encode(patient("two")))
    assert (report.stored, report.unchanged) == (1, 1)
    assert Batch.objects.filter(finished_at=None).count() == 0


FILES = [
    build.encode(patient("ada")),
    json.dumps(
        {
            "resourceType": "Encounter",
            "id": "v",
            "meta": {"lastUpdated": "2026-01-01T00:00:00Z"},
            "status": "planned",
            "class": {"code": "AMB"},
            "subject": {"reference": "Patient/ada"},
            "serviceProvider": {
                "reference": "Organization?identifier=https://clinic.example/org|7"
            },
        }
    ),
    json.dumps(
        {
            "resourceType": "Encounter",
            "id": "v",
            "meta": {"lastUpdated": "2026-02-01T00:00:00Z"},
            "status": "finished",
            "class": {"code": "AMB"},
            "subject": {"reference": "urn:uuid:ada"},
            "serviceProvider": {"reference": "Organization/clinic"},
        }
    ),
    json.dumps(
        {
            "resourceType": "Organization",
            "id": "clinic",
            "identifier": [{"system": "https://clinic.example/org", "value": "7"}],
        }
    ),
    json.dumps(
        {
            "resourceType": "Provenance",
            "id": "p",
            "recorded": "2026-02-01T00:00:00Z",
            "target": [{"reference": "Patient/ada"}],
            "agent": [{"who": {"reference": "Organization/clinic"}}],
        }
    ),
]


def _outcome() -> list[tuple[str, str, str, bool]]:
    return sorted(
        (r.type, r.status, r.text, r.is_current)
        for r in Resource.objects.all()
        if r.is_current or r.status == "finished"
    )


@given(st.permutations(FILES))
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
def test_every_order_in_one_call_ends_in_the_same_record(db, order: list[str]) -> None:
    ends = []
    for files in (FILES, order):
        start = transaction.savepoint()
        assert take(*files).refused == []
        ends.append(_outcome())
        transaction.savepoint_rollback(start)
    assert ends[0] == ends[1]


def test_what_a_resource_points_at_says_whose_it_is(db) -> None:
    take(*FILES)
    (provenance,) = reader.current(EVERYBODY, "Provenance")
    (ada,) = reader.current(EVERYBODY, "Patient")
    assert provenance.patient_id == ada.patient_id
