"""Imports: whole files, any order, each content once, nobody merged by a guess."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import OperationalError

from portico.domain.intake import exchanges, queries
from portico.domain.intake.exchanges import FileToRead, Report
from portico.platform.access.decisions import Denied, Scope
from portico.platform.gate.calls import system_call
from portico.record import build, reader, resolving
from portico.record.models import Resource, WaitingReference

pytestmark = pytest.mark.django_db

EVERYBODY = Scope(patient_ids=None)
MRN = "https://clinic.example/mrn"


def take(*contents: bytes | str, system: str = "files") -> Report:
    files = [
        FileToRead(f"file-{i}.json", lambda c=c: c if isinstance(c, bytes) else c.encode())
        for i, c in enumerate(contents)
    ]
    return exchanges.import_files(system_call("import"), files=files, system=system)


def rosa(id: str = "rosa", **changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "given": ["Rosa"],
        "family": "Delgado",
        "birth_date": "1985-04-12",
        "gender": "female",
    }
    return build.patient(id, **{**told, **changes})


def visit(id: str = "visit", patient: str = "Patient/rosa", **more: Any) -> str:
    return build.encode(
        {
            "resourceType": "Encounter",
            "id": id,
            "status": "finished",
            "class": {"code": "AMB"},
            "subject": {"reference": patient},
            **more,
        }
    )


def text_of(reference: str) -> dict[str, Any]:
    return reader.decode(reader.named(EVERYBODY, [reference])[reference].raw)


def person_of(reference: str) -> UUID:
    found = reader.named(EVERYBODY, [reference])[reference].patient_id
    assert found
    return found


def counts() -> dict[str, int]:
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if not model._meta.label.startswith("audit.")
    }


def matches(report: Report) -> list[str]:
    assert report.batch_id
    found = queries.get_import(system_call("import"), batch_id=report.batch_id).matches
    return [str(match.reason) for match in found]


def test_a_file_is_stored_with_its_source_and_index() -> None:
    content = gzip.compress(build.bundle([rosa(), json.loads(visit())]))
    report = take(content)
    assert (report.read, report.stored, report.unchanged, report.refused) == (2, 2, 0, [])
    (source,) = reader.sources_of_batches(EVERYBODY, [report.batch_id or UUID(int=0)])
    assert reader.content_of(EVERYBODY, source.source_id) == gzip.decompress(content)
    (found,) = reader.current(EVERYBODY, "Encounter")
    assert found.patient_id == person_of("Patient/rosa")
    assert found.status == "finished"


def test_somebody_elses_resource_is_not_there() -> None:
    take(build.bundle([rosa(), rosa("sam", given=["Sam"], family="Okonkwo"), json.loads(visit())]))
    sam = Scope(patient_ids=frozenset({person_of("Patient/sam")}))
    assert reader.current(sam, "Encounter") == ()
    assert reader.named(sam, ["Encounter/visit"]) == {}
    assert reader.history(sam, "Encounter", "visit") == ()


@pytest.mark.parametrize("order", [0, 1])
def test_the_order_of_files_does_not_matter(order: int) -> None:
    files = [visit(serviceProvider={"reference": "Organization/clinic"}), build.encode(rosa())]
    clinic = build.encode(build.organization("clinic", name="Harbor Street Clinic"))
    report = take(*(files[::-1] if order else files), clinic)
    assert report.refused == []
    assert report.stored == 3
    assert WaitingReference.objects.count() == 0


def test_the_same_content_changes_nothing_whatever_its_name_and_packing() -> None:
    content = build.bundle([rosa(), json.loads(visit())])
    take(content)
    before = counts()
    again = take(gzip.compress(content))
    assert (again.read, again.stored, again.unchanged, again.batch_id) == (2, 0, 2, None)
    assert counts() == before
    alone = take(visit())  # the same resource in a file of its own
    assert (alone.stored, alone.unchanged) == (0, 1)
    assert counts() == before


def test_a_newer_version_supersedes_and_history_stays() -> None:
    take(build.bundle([rosa(), json.loads(visit())]))
    take(visit(status="in-progress"))
    assert text_of("Encounter/visit")["status"] == "in-progress"
    versions = reader.history(EVERYBODY, "Encounter", "visit")
    assert [(v.version, v.status) for v in versions] == [(2, "in-progress"), (1, "finished")]
    assert len(reader.current(EVERYBODY, "Encounter")) == 1


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_versions_the_newer_one_counts_in_either_order(order: int) -> None:
    old = visit(status="planned", meta={"lastUpdated": "2026-01-01T10:00:00Z"})
    new = visit(status="finished", meta={"lastUpdated": "2026-02-01T10:00:00Z"})
    take(build.encode(rosa()), *[old, new][::order])
    assert text_of("Encounter/visit")["status"] == "finished"
    assert len(reader.history(EVERYBODY, "Encounter", "visit")) == 2


def test_two_versions_in_one_file_both_stay() -> None:
    lines = [build.encode(rosa()), visit(status="planned"), visit(status="finished")]
    take("\n".join(lines))
    versions = reader.history(EVERYBODY, "Encounter", "visit")
    assert [(v.version, v.status) for v in versions] == [(2, "finished"), (1, "planned")]


def test_only_the_patient_being_missing_refuses_a_file_and_nothing_of_it_stays() -> None:
    before = counts()
    report = take("\n".join([build.encode(build.organization("o", name="O")), visit()]))
    (refused,) = report.refused
    assert refused.path == "line 2: Encounter"
    assert "neither in these files nor in the record" in refused.reason
    after = counts()
    changed = {label for label in after if after[label] != before[label]}
    assert changed == {"intake.Batch", "intake.RefusedFile"}
    take("\n".join([build.encode(build.organization("o", name="O")), visit()]))
    assert counts() == after


def test_a_refused_file_does_not_stop_the_others() -> None:
    report = take(visit()[:-5], build.encode(rosa()), visit(status="over"))
    assert [r.file for r in report.refused] == ["file-0.json", "file-2.json"]
    assert report.stored == 1


def test_a_patient_in_a_refused_file_does_not_count_as_there() -> None:
    broken = "\n".join([build.encode(rosa()), visit("other")[:-5]])
    report = take(visit(), broken)
    assert sorted(r.file for r in report.refused) == ["file-0.json", "file-1.json"]
    assert Resource.objects.count() == 0


def test_a_bundles_own_links_are_resolved_in_the_text_and_nothing_else_changes() -> None:
    raw = (
        '{"resourceType" : "Encounter","status":"finished", "class":{"code":"AMB"},\n'
        '  "subject": { "reference":"urn:uuid:0a1b", "display":"urn:uuid:0a1b"},"id":"v1",'
        '"length":{"value":6.30}}'
    )
    bundle = (
        '{"resourceType":"Bundle","type":"transaction","entry":['
        f'{{"fullUrl":"urn:uuid:0a1b","resource":{build.encode(rosa("85"))}}},'
        f'{{"fullUrl":"urn:uuid:9f","resource":{raw}}}]}}'
    )
    take(bundle)
    stored = reader.named(EVERYBODY, ["Encounter/v1"])["Encounter/v1"].raw
    assert stored == raw.replace('"reference":"urn:uuid:0a1b"', '"reference":"Patient/85"')


def test_conditional_references_find_their_target_by_number_even_in_a_later_file() -> None:
    value = "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|99"
    take(build.encode(rosa()), visit(participant=[{"individual": {"reference": value}}]))
    assert text_of("Encounter/visit")["participant"][0]["individual"]["reference"] == value
    take(build.encode(build.practitioner("ada", given="Ada", family="Okafor", npi="99")))
    told = text_of("Encounter/visit")["participant"][0]["individual"]["reference"]
    assert told == "Practitioner/ada"
    assert WaitingReference.objects.count() == 0


def test_two_candidates_are_no_target() -> None:
    value = "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|99"
    twins = [build.practitioner(i, given=i, family="Okafor", npi="99") for i in ("a", "b")]
    lines = [build.encode(r) for r in (rosa(), *twins)]
    take("\n".join(lines), visit(participant=[{"individual": {"reference": value}}]))
    assert text_of("Encounter/visit")["participant"][0]["individual"]["reference"] == value


def test_the_same_id_from_two_systems_is_two_resources() -> None:
    take(build.encode(rosa("1")), visit("v", "Patient/1"), system="north")
    sam = rosa("1", given=["Sam"], family="Okonkwo", birth_date="1990-01-01")
    report = take(build.encode(sam), visit("v", "Patient/1"), system="south")
    assert report.refused == []
    assert {p.display for p in reader.current(EVERYBODY, "Patient")} == {
        "Rosa Delgado",
        "Sam Okonkwo",
    }
    one, other = reader.current(EVERYBODY, "Encounter")
    for found in (one, other):
        told = reader.decode(found.raw)["subject"]["reference"]
        assert reader.decode(found.raw)["id"] == found.fhir_id
        assert person_of(told) == found.patient_id
    assert one.patient_id != other.patient_id


def test_an_id_that_suddenly_means_somebody_else_is_refused() -> None:
    take(build.encode(rosa()))
    report = take(build.encode(rosa(given=["Pat"], family="Lowe", birth_date="1970-01-01")))
    assert "belonged to somebody" in report.refused[0].reason
    assert text_of("Patient/rosa")["name"][0]["family"] == "Delgado"


def test_a_married_name_is_a_new_version_of_the_same_person() -> None:
    take(build.encode(rosa()))
    before = person_of("Patient/rosa")
    take(build.encode(rosa(family="Delgado Reyes")))
    assert person_of("Patient/rosa") == before


def test_the_same_number_makes_one_person_when_nothing_contradicts() -> None:
    take(build.encode(rosa(identifiers=[(MRN, "7")])), system="north")
    report = take(
        build.encode(rosa("x", identifiers=[(MRN, "7")], given=["ROSA", "M."])), system="south"
    )
    assert person_of("Patient/x") == person_of("Patient/rosa")
    assert matches(report) == []


def test_the_same_number_on_another_birth_date_goes_to_staff() -> None:
    take(build.encode(rosa(identifiers=[(MRN, "7")])))
    report = take(build.encode(rosa("x", identifiers=[(MRN, "7")], birth_date="1999-09-09")))
    assert person_of("Patient/x") != person_of("Patient/rosa")
    assert matches(report) == ["Both carry the same number, but name or birth date differ."]


def test_name_and_birth_date_alone_merge_nobody_and_go_to_staff() -> None:
    take(build.encode(rosa()))
    report = take(build.encode(rosa("x", given=["Delgado"], family="Rósa")))
    assert person_of("Patient/x") != person_of("Patient/rosa")
    assert matches(report) == ["Both have the same name and birth date, but no number in common."]


@pytest.mark.parametrize(
    ("step", "owner"),
    [
        ("bulk_create", "portico.record.models.ResourceQuerySet"),
        ("bulk_create", "portico.record.models.IdentifierQuerySet"),
        ("bulk_create", "portico.domain.intake.models.PossibleMatchQuerySet"),
    ],
)
def test_a_full_disk_leaves_nothing_of_the_file(
    step: str, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counts()

    def full(*args: object, **kwargs: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(f"{owner}.{step}", full)
    report = take(build.bundle([rosa(identifiers=[(MRN, "7")])]))
    assert "Look whether the disk is full" in report.refused[0].reason
    after = counts()
    assert {k for k in after if after[k] != before[k]} == {"intake.Batch", "intake.RefusedFile"}
    monkeypatch.undo()
    assert take(build.bundle([rosa(identifiers=[(MRN, "7")])])).stored == 1


def test_a_file_that_cannot_be_opened_is_refused_in_words(tmp_path: Path) -> None:
    file = FileToRead("gone.json", (tmp_path / "gone.json").read_bytes)
    report = exchanges.import_files(system_call("import"), files=[file])
    assert "cannot be opened" in report.refused[0].reason


def test_an_import_that_was_cut_off_is_announced_by_the_next(drain) -> None:
    from portico.domain.intake.models import Batch

    report = take(build.encode(rosa()))
    Batch.objects.update(finished_at=None)
    take(build.encode(rosa("sam", given=["Sam"])))
    assert Batch.objects.filter(finished_at=None).count() == 0
    assert report.batch_id


def test_queries_grow_with_hundreds_not_with_each(django_assert_max_num_queries) -> None:
    lines = [build.encode(rosa())] + [visit(f"v{i}") for i in range(2 * resolving.CHUNK)]
    with django_assert_max_num_queries(45):
        assert take("\n".join(lines)).stored == 1 + 2 * resolving.CHUNK


def test_a_patient_may_not_import(cast) -> None:
    with pytest.raises(Denied):
        exchanges.import_files(cast.rosa.call(), files=[FileToRead("x", lambda: b"{}")])


def _files(folders: Iterable[Path]) -> list[FileToRead]:
    found = [p for folder in folders for p in sorted(folder.glob("*.gz"))]
    return [FileToRead(p.name, p.read_bytes) for p in found]


def test_real_sets_import_together_in_any_order_and_only_once(shared_data: Path) -> None:
    folders = [shared_data / n for n in ("fhir-bulk-ndjson", "fhir-synthea-uscore-notes")]
    files = _files(folders)
    random.Random(7).shuffle(files)
    report = exchanges.import_files(system_call("import"), files=files)
    assert report.refused == []
    assert report.stored == 4619 + 6145
    assert WaitingReference.objects.count() == 0
    assert not Resource.objects.filter(text__contains="?identifier=").exists()
    before = counts()
    again = exchanges.import_files(system_call("import"), files=files[::-1])
    assert (again.stored, again.unchanged) == (0, report.read)
    assert counts() == before
