"""Every explanation of benefit of the real input, read line by line."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from portico.domain.billing.rules import claims
from portico.platform.kernel.money import Money

SETS = {"fhir-synthea-r4": (1144, 661), "fhir-synthea-uscore-notes": (421, 326)}
CMS = "https://bluebutton.cms.gov/resources/variables/"
_CENT = Decimal("0.01")


def bundles(folder: Path) -> Iterator[dict[str, dict[str, Any]]]:
    for path in sorted(folder.glob("*.json.gz")):
        bundle = json.loads(gzip.decompress(path.read_bytes()), parse_float=Decimal)
        resources = [(entry.get("fullUrl"), entry["resource"]) for entry in bundle["entry"]]
        yield {url or f"{r['resourceType']}/{r['id']}": r for url, r in resources}


def explanations(folder: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    for resources in bundles(folder):
        for resource in resources.values():
            if resource["resourceType"] == "ExplanationOfBenefit":
                claim = resources.get(resource.get("claim", {}).get("reference", ""))
                yield resource, claim


def stated(item: dict[str, Any], name: str) -> Decimal:
    for adjudication in item["adjudication"]:
        if adjudication["category"]["coding"][0]["code"] == CMS + name:
            return Decimal(adjudication["amount"]["value"])
    return Decimal(0)


@pytest.mark.parametrize("name", SETS)
def test_every_adjudicated_line_keeps_what_the_plan_said_to_the_cent(
    shared_data: Path, name: str
) -> None:
    read = adjudicated = 0
    for eob, claim in explanations(shared_data / name):
        facts = claims.read_explanation(eob, f"ExplanationOfBenefit/{eob['id']}", claim, "USD")
        read += 1
        adjudicated += bool(facts.lines)
        items = [item for item in eob["item"] if "adjudication" in item]
        assert len(facts.lines) == len(items)
        for item, line in zip(items, facts.lines, strict=True):
            amounts = line.amounts
            allowed = amounts.price - amounts.discount
            assert Money.from_decimal(stated(item, "line_alowd_chrg_amt"), "USD").minor == allowed
            assert allowed == amounts.plan_paid + amounts.coinsurance + amounts.deductible
            assert amounts.owed == amounts.coinsurance + amounts.deductible + amounts.copay
            paid = Money(amounts.plan_paid, "USD").decimal
            assert abs(paid - stated(item, "line_prvdr_pmt_amt")) <= _CENT
            assert line.description
            assert "(procedure)" not in line.description
            assert line.chart_reference, "every line names what it is for"
    assert (read, adjudicated) == SETS[name]


def test_what_does_not_add_up_is_told_to_staff_and_never_billed(shared_data: Path) -> None:
    told: Counter[str] = Counter()
    for eob, claim in explanations(shared_data / "fhir-synthea-r4"):
        facts = claims.read_explanation(eob, f"ExplanationOfBenefit/{eob['id']}", claim, "USD")
        told.update(difference.kind for difference in facts.differences)
        assert facts.differences, "each total differs from its lines"
    assert told == {"total_differs": 661, "no_adjudicated_line": 483}


def test_plans_that_write_the_carin_way_are_understood_or_told_about(shared_data: Path) -> None:
    found = {}
    for eob, claim in explanations(shared_data / "fhir-uscore-reference"):
        facts = claims.read_explanation(eob, eob["id"], claim, "USD")
        lines = [(ln.kind, ln.amounts.price, ln.amounts.owed) for ln in facts.lines]
        found[eob["id"]] = (lines, [difference.kind for difference in facts.differences])
    undecided = ([], ["line_not_decided", "no_adjudicated_line"])
    assert found == {
        "c4bb-EOBInpatient": undecided,
        "c4bb-EOBOral": undecided,
        "c4bb-EOBProfessional": undecided,
        "c4bb-EOBOutpatient": ([("procedure", 62000, 0)], ["total_differs"]),
        "c4bb-EOBPharmacy": ([("medicine", 100000, 8000)], ["total_differs"]),
    }


def test_claims_without_an_answer_wait_with_what_they_are_for(shared_data: Path) -> None:
    waiting = []
    for resources in bundles(shared_data / "fhir-synthea-r4"):
        answered = {
            r["claim"]["reference"]
            for r in resources.values()
            if r["resourceType"] == "ExplanationOfBenefit"
        }
        for url, claim in resources.items():
            if claim["resourceType"] == "Claim" and url not in answered:
                order = resources.get(claim.get("prescription", {}).get("reference", ""))
                waiting.append(claims.read_waiting_claim(claim, url, order, "USD"))
    assert len(waiting) == 243
    for facts in waiting:
        assert not facts.decided or not facts.has_insurer
        assert [line.kind for line in facts.lines] == ["medicine"]
        assert facts.lines[0].amounts.price > 0
        assert "Admission" not in facts.lines[0].description
