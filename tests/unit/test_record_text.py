"""The record keeps what came, byte for byte, and says of it only what it says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.record import build, indexing, reader, references

decimals = st.decimals(allow_nan=False, allow_infinity=False, places=None).filter(
    lambda d: abs(d.adjusted()) < 300
)


@given(decimals.map(lambda d: f"{d:f}" if abs(d.adjusted()) < 30 else str(d)))
def test_a_decimal_keeps_every_digit_it_came_with(written: str) -> None:
    raw = f'{{"resourceType":"Observation","valueQuantity":{{"value":{written}}}}}'
    value = reader.decode(raw)["valueQuantity"]["value"]
    if isinstance(value, Decimal):
        assert value.as_tuple() == Decimal(written).as_tuple()
    else:
        assert value == int(written)


def test_6_30_does_not_become_6_3() -> None:
    value = reader.decode('{"value":6.30}')["value"]
    assert str(value) == "6.30"
    assert build.encode({"value": value}) == '{"value":6.30}'


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(json_values, st.integers(0, 4), st.booleans())
def test_replacing_a_reference_touches_no_other_byte(
    value: object, indent: int, ascii_only: bool
) -> None:
    document = {"a": value, "subject": {"reference": "urn:uuid:1"}, "b": value}
    raw = json.dumps(document, indent=indent or None, ensure_ascii=ascii_only).encode(
        errors="surrogatepass"
    )
    replaced = references.replace(raw, {"urn:uuid:1": "Patient/ours"})
    assert replaced == raw.replace(b'"reference": "urn:uuid:1"', b'"reference": "Patient/ours"')


@given(st.text())
def test_text_that_only_looks_like_a_reference_stays(text: str) -> None:
    note = f'{text}"reference": "urn:uuid:1"{text}'
    raw = msgspec.json.encode({"note": note.encode(errors="ignore").decode()})
    assert references.values_in(raw) == []
    assert references.replace(raw, {"urn:uuid:1": "Patient/x"}) == raw


def test_references_are_read_through_escapes_and_contained_ones_are_left() -> None:
    raw = rb'{"a":{"reference" : "Patient\/1"},"b":{"reference":"#inside"}}'
    assert references.values_in(raw) == ["Patient/1"]
    assert references.replace(raw, {"Patient/1": "Patient/2"}) == (
        rb'{"a":{"reference" : "Patient/2"},"b":{"reference":"#inside"}}'
    )


def test_a_quote_inside_a_reference_does_not_end_it() -> None:
    raw = rb'{"a":{"reference":"x\"y"},"b":{"reference":"x"}}'
    assert references.values_in(raw) == ['x"y', "x"]
    assert references.replace(raw, {"x": "Patient/1"}) == (
        rb'{"a":{"reference":"x\"y"},"b":{"reference":"Patient/1"}}'
    )


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (
            b'{ "x":{"id":"a"}, "id" : "old", "y":[{"id":"b"}]}',
            b'{ "x":{"id":"a"}, "id" : "new", "y":[{"id":"b"}]}',
        ),
        (b'{"x":"id","y":{"id":"a"}}', b'{"id":"new","x":"id","y":{"id":"a"}}'),
        (b'{"x":["id","old"],"id":"old"}', b'{"x":["id","old"],"id":"new"}'),
    ],
)
def test_only_the_resources_own_id_is_replaced(raw: bytes, wanted: bytes) -> None:
    assert references.with_id(raw, "new") == wanted


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024", datetime(2024, 1, 1, tzinfo=UTC)),
        ("2024-05", datetime(2024, 5, 1, tzinfo=UTC)),
        ("2024-05-31", datetime(2024, 5, 31, tzinfo=UTC)),
        ("2024-05-31T23:30:00-05:00", datetime(2024, 6, 1, 4, 30, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("soon", None),
        ("", None),
    ],
)
def test_dates_are_indexed_in_utc_and_never_raise(written: str, meant: datetime | None) -> None:
    assert indexing.moment(written) == meant


def test_the_index_of_a_result() -> None:
    result = build.observation(
        "ldl-1",
        patient_id="rosa",
        code=build.concept("13457-7", build.LOINC, "LDL cholesterol"),
        at="2026-02-03T09:15:00-08:00",
        value=build.quantity(Decimal("6.30"), "mg/dL"),
        encounter_id="visit-1",
    )
    index = indexing.index_of(result)
    assert (index.status, index.category, index.code) == ("final", "laboratory", "13457-7")
    assert (index.display, index.encounter) == ("LDL cholesterol", "Encounter/visit-1")
    assert index.starts_at == datetime(2026, 2, 3, 17, 15, tzinfo=UTC)
    assert indexing.patient_references(result) == ["Patient/rosa"]


@given(
    st.dictionaries(
        st.sampled_from(["status", "code", "category", "period", "name", "encounter", "item"]),
        json_values,
    )
)
def test_the_index_bears_any_shape(value: dict[str, object]) -> None:
    indexing.index_of({"resourceType": "Basic", **value})
