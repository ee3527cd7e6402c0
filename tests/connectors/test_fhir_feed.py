"""The FHIR feed: what it recognises, keeps byte for byte, and refuses with a place and a reason."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portico.connectors.feeds.fhir import bounds, shape
from portico.connectors.feeds.fhir.reading import open_fhir
from portico.domain.intake.ports import Unreadable
from portico.record import reader

PATIENT = '{"resourceType":"Patient","id":"p1","name":[{"family":"Delgado"}]}'


def bundle(*resources: str, kind: str = "collection") -> bytes:
    entries = ",\n".join(f'  {{ "resource" : {r} }}' for r in resources)
    return f'{{"resourceType":"Bundle","type":"{kind}","entry":[\n{entries}\n]}}'.encode()


def read(content: bytes) -> list[Any]:
    return list(open_fhir(content).read())


def refusal(content: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(content)
    return caught.value


@pytest.mark.parametrize(
    "kind", ["transaction", "collection", "batch", "searchset", "history", "document", "message"]
)
def test_every_kind_of_bundle_is_read(kind: str) -> None:
    items = read(bundle(PATIENT, kind=kind))
    assert [(i.path, i.raw) for i in items] == [("Bundle.entry[0].resource", PATIENT.encode())]


def test_packed_and_plain_ndjson_and_a_single_resource_are_recognised_by_content() -> None:
    two = f"{PATIENT}\n\n{PATIENT.replace('p1', 'p2')}\n".encode()
    assert open_fhir(two).format == "fhir-ndjson"
    assert [i.path for i in read(two)] == ["line 1: Patient", "line 3: Patient"]
    assert [i.raw for i in read(gzip.compress(two))] == [i.raw for i in read(two)]
    assert open_fhir(gzip.compress(two)).sha256 == open_fhir(two).sha256
    assert [i.raw for i in read(f"\n {PATIENT} \n".encode())] == [PATIENT.encode()]
    members = gzip.compress(two[:30]) + gzip.compress(two[30:])
    assert [i.raw for i in read(members)] == [i.raw for i in read(two)]


@given(
    value=st.decimals(-1000, 1000, places=4).map(str),
    space=st.text(" \n\t", max_size=5),
    words=st.text(min_size=1).filter(lambda t: "\x00" not in t and t.isprintable()),
)
def test_a_resource_leaves_with_the_very_bytes_it_came_with(
    value: str, space: str, words: str
) -> None:
    raw = (
        f'{{{space}"resourceType" :{space}"Observation", "status":"final", "id":"o1",'
        f'"code":{{"text":{json.dumps(words)}}},{space}"valueQuantity":{{"value": {value}}}}}'
    )
    (item,) = read(bundle(raw))
    assert item.raw == raw.encode()
    assert str(item.values()["valueQuantity"]["value"]) == value


def test_a_history_is_taken_in_as_it_happened() -> None:
    newer, older = PATIENT.replace("Delgado", "New"), PATIENT
    assert [i.raw for i in read(bundle(newer, older, kind="history"))] == [
        older.encode(),
        newer.encode(),
    ]


OBSERVATION = {"resourceType": "Observation", "id": "o1", "status": "final", "code": {"text": "x"}}


def observation(**elements: Any) -> bytes:
    return json.dumps({**OBSERVATION, **elements}).encode()


DEEP = b'{"resourceType":"Basic","code":' + b'{"extension":[' * 100 + b"]}" * 100 + b"}"
HOSTILE = {
    "empty": (b"", "", "empty"),
    "not FHIR": (b"MSH|^~\\&|", "", "does not know this kind"),
    "a list": (b"[]", "", "does not know this kind"),
    "byte-order mark": (b"\xef\xbb\xbf" + PATIENT.encode(), "", "byte-order mark"),
    "UTF-16": (PATIENT.encode("utf-16"), "", "byte-order mark"),
    "UTF-16 without mark": (PATIENT.encode("utf-16-le"), "", "null characters"),
    "Latin-1": (PATIENT.replace("Delgado", "Muñoz").encode("latin-1"), "line 1", "not UTF-8"),
    "half-written": (PATIENT.encode()[:-9], "line 1", "ends in the middle"),
    "half-written NDJSON": (f"{PATIENT}\n{PATIENT[:20]}".encode(), "line 2", "ends in the middle"),
    "half-packed": (gzip.compress(PATIENT.encode() * 50)[:-12], "", "ends in the middle"),
    "damaged gzip": (gzip.compress(PATIENT.encode())[:-8] + b"\x00" * 8, "", "damaged"),
    "not JSON": (b'{"resourceType":"Patient",,}', "line 1", "not JSON"),
    "deeply nested": (DEEP, "", "nested deeper"),
    "deep brackets": (b'{"a":' + b"[" * 200_000, "", "nested deeper"),
    "repeated name": (
        b'{"resourceType":"Patient","gender":"male","gender":"female"}',
        "gender",
        "given twice",
    ),
    "repeated entry": (
        b'{"resourceType":"Bundle","type":"batch","entry":[{"fullUrl":"urn:x:1"}],"entry":[{"fullUrl":"urn:x:1"}]}',
        "entry",
        "given twice",
    ),
    "null character": (PATIENT.replace("Delgado", "\\u0000").encode(), "", "null characters"),
    "escaped name": (PATIENT.replace('"id"', '"\\u0069d"').encode(), "", "escapes in names"),
    "huge whole number": (observation(valueInteger=10**30), "valueInteger", "too large"),
    "endless number": (
        observation(valueQuantity={"value": 10**400}),
        "",
        "too many digits",
    ),
    "huge exponent": (
        observation(valueQuantity={"value": 1}).replace(b": 1}", b": 1e99999}"),
        "Observation.valueQuantity.value",
        "too many digits",
    ),
    "millions of objects": (b'{"a":[' + b"{}," * 2_000_000 + b"{}]}", "", "too many objects"),
    "no type": (b'{"id":"1"}', "resourceType", "does not say what it is"),
    "unknown type": (b'{"resourceType":"Spaceship"}', "Spaceship.resourceType", "not a FHIR R4"),
    "unknown element": (observation(colour="red"), "Observation.colour", "no such element"),
    "missing element": (
        b'{"resourceType":"Observation","status":"final"}',
        "Observation.code",
        "missing",
    ),
    "missing primitive": (
        b'{"resourceType":"Observation","code":{"text":"x"}}',
        "Observation.status",
        "missing",
    ),
    "wrong code": (observation(status="done"), "Observation.status", "not one of the codes"),
    "two values": (
        observation(valueString="x", valueInteger=1),
        "Observation.valueInteger",
        "Only one kind",
    ),
    "text for a number": (
        observation(valueQuantity={"value": "6.3"}),
        "Observation.valueQuantity.value",
        "should be a number",
    ),
    "one for many": (observation(category={"text": "x"}), "Observation.category", "a list"),
    "many for one": (observation(code=[{"text": "x"}]), "Observation.code", "an object"),
    "null": (observation(subject=None), "Observation.subject", "an object"),
    "empty object": (observation(subject={}), "Observation.subject", "empty"),
    "no such day": (
        observation(effectiveDateTime="2023-02-30"),
        "Observation.effectiveDateTime",
        "no such day",
    ),
    "date by hand": (
        observation(effectiveDateTime="5/31/2024"),
        "Observation.effectiveDateTime",
        "is written",
    ),
    "moment without zone": (
        observation(effectiveDateTime="2024-05-31T10:00:00"),
        "Observation.effectiveDateTime",
        "is written",
    ),
    "reference with spaces": (
        observation(subject={"reference": "Rosa Delgado"}),
        "Observation.subject.reference",
        "no spaces",
    ),
    "bad id": (observation(id="a/b"), "Observation.id", "1 to 64"),
    "broken contained": (
        observation(contained=[{"resourceType": "Patient", "birthDate": "old"}]),
        "Observation.contained[0].birthDate",
        "is written",
    ),
    "delete": (
        b'{"resourceType":"Bundle","type":"transaction","entry":'
        b'[{"request":{"method":"DELETE","url":"Patient/1"}}]}',
        "Bundle.entry[0].request.method",
        "delete or patch",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_refused_names_the_place_and_the_reason(case: str) -> None:
    content, path, reason = HOSTILE[case]
    told = refusal(content)
    assert path in told.path
    assert reason in told.reason
    assert "Delgado" not in told.reason + told.path


def test_a_fault_in_the_middle_of_a_bundle_names_the_entry() -> None:
    told = refusal(bundle(PATIENT, observation(status="done").decode()))
    assert told.path == "Bundle.entry[1].resource.status"


def test_a_bomb_is_stopped_while_it_unpacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portico.connectors.feeds.packing.MOST_BYTES", 10_000)
    assert "larger than" in refusal(gzip.compress(b" " * 5_000_000)).reason


def test_too_many_resources_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portico.connectors.feeds.fhir.reading.MOST_RESOURCES", 2)
    assert "more than" in refusal(bundle(PATIENT, PATIENT, PATIENT)).reason
    assert "more than" in refusal(b"\n".join([PATIENT.encode()] * 3)).reason


@pytest.mark.parametrize("tail", [b'"' + b'\\"' * 500_000, b'"\\u0041' + b'\\"' * 500_000 + b'"}'])
def test_hostile_strings_cost_no_more_than_their_length(tail: bytes) -> None:
    start = time.process_time()
    refusal(b'{"resourceType":"Patient","x":' + tail)
    assert time.process_time() - start < 5


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_noise_is_refused_in_words_or_read(noise: bytes) -> None:
    for content in (
        noise,
        b"{" + noise,
        gzip.compress(noise)[: len(noise)],
        bundle(PATIENT) + noise,
    ):
        try:
            read(content)
        except Unreadable as told:
            assert told.reason.endswith(".")


@given(st.text('"\\a{}:', max_size=60), st.integers(1, 9))
def test_windows_make_no_difference_to_the_skeleton(text: str, window: int) -> None:
    content = text.encode()
    whole, bounds._WINDOW = bounds.skeleton(content), window
    try:
        assert bounds.skeleton(content) == whole
    finally:
        bounds._WINDOW = 256 * 1024


@given(st.text('{}[]":,\\ua0 ', max_size=60))
def test_the_skeleton_counts_members_as_a_parser_does(text: str) -> None:
    try:
        value = json.loads(text, object_pairs_hook=lambda pairs: ("object", pairs))
    except ValueError:
        return

    def members(node: Any) -> int:
        if isinstance(node, tuple):
            return len(node[1]) + sum(members(v) for _, v in node[1])
        return sum(map(members, node)) if isinstance(node, list) else 0

    assert bounds.count_members(bounds.skeleton(text.encode())) == members(value)


def _lines(path: Path) -> list[bytes]:
    return [line for line in gzip.decompress(path.read_bytes()).splitlines() if line.strip()]


def test_all_official_r4_examples_pass(shared_data: Path) -> None:
    checked = 0
    for path in sorted((shared_data / "fhir-spec-examples").glob("*.gz")):
        for line in _lines(path):
            shape.check(reader.decode(line))
            checked += 1
    assert checked == 729


def test_broken_variants_of_the_official_examples_are_refused(shared_data: Path) -> None:
    """Each example, with one thing broken in turn, is refused: the check is not merely lenient."""
    tried = 0
    for line in _lines(shared_data / "fhir-spec-examples" / "fhir-r4-core-examples.ndjson.gz"):
        good = reader.decode(line)
        for broken in (
            {**good, "madeUp": 1},
            {**good, "id": "no spaces allowed"},
            {**good, "meta": "text"},
            {**good, "resourceType": "Nothing"},
            {**good, "text": {"status": "generated", "div": 5}},
        ):
            with pytest.raises(shape.Wrong):
                shape.check(broken)
            tried += 1
    assert tried == 5 * 463


def test_every_byte_of_real_bundles_is_kept(shared_data: Path) -> None:
    path = sorted((shared_data / "fhir-synthea-uscore-notes").glob("*.gz"))[0]
    plain = gzip.decompress(path.read_bytes())
    position = 0
    for item in read(path.read_bytes()):
        found = plain.find(item.raw, position)
        assert found >= position
        position = found + len(item.raw)
