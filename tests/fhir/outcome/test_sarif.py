"""The SARIF log keeps the rules of SARIF 2.1.0 that its readers depend on."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.outcome.sarif import sarif
from tests.fhir.outcome.samples import (
    BROKEN,
    MISSING,
    NARRATIVE,
    UNKNOWN,
    hostile_issue,
    patient,
    report,
)

MESSAGES = {"element-minimum": error("element-minimum", "structure", "too few {x}", "why so")}
REPORTS = {
    "nothing": report(),
    "valid": report(patient()),
    "mixed": report(
        patient(MISSING, NARRATIVE, UNKNOWN, name="a b/pät#1.json"),
        patient(BROKEN, MISSING, name="/tmp/all.ndjson", line=4),
    ),
    "hostile": report(patient(hostile_issue(), name="-")),
}


def run_of(name: str):
    return sarif(REPORTS[name], MESSAGES)["runs"][0]


@pytest.mark.parametrize("name", REPORTS)
def test_the_log_has_the_properties_that_the_standard_requires(name: str) -> None:
    log = sarif(REPORTS[name], MESSAGES)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["tool"]["driver"]["name"]
    assert isinstance(run["invocations"][0]["executionSuccessful"], bool)
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert result["message"]["text"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_rule_is_described_without_braces() -> None:
    rules = run_of("mixed")["tool"]["driver"]["rules"]
    assert rules[0]["shortDescription"]["text"] == "too few <x>"


@pytest.mark.parametrize("name", REPORTS)
def test_every_location_names_an_artifact_of_the_run(name: str) -> None:
    run = run_of(name)
    for result in run["results"]:
        for location in result["locations"]:
            at = location["physicalLocation"]["artifactLocation"]
            assert run["artifacts"][at["index"]]["location"]["uri"] == at["uri"]
            assert re.fullmatch(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", at["uri"])
            assert urlsplit(at["uri"]).fragment == ""


def test_an_absolute_path_is_a_file_uri_and_a_relative_one_stays_relative() -> None:
    uris = [artifact["location"]["uri"] for artifact in run_of("mixed")["artifacts"]]
    assert uris == ["a%20b/p%C3%A4t%231.json", "file:///tmp/all.ndjson"]


def test_lines_and_columns_count_from_one_and_stand_only_where_known() -> None:
    first, _, unknown, broken, ndjson = run_of("mixed")["results"]

    def region(result):
        return result["locations"][0]["physicalLocation"].get("region")

    assert region(first) == {"startLine": 3, "startColumn": 5}
    assert region(unknown) is None
    assert region(broken) == {"startLine": 4, "startColumn": 2}
    assert region(ndjson)["startLine"] == 4


def test_levels_follow_severities() -> None:
    levels = {r["ruleId"]: r["level"] for r in run_of("mixed")["results"]}
    assert levels == {
        "element-minimum": "error", "constraint": "warning", "code-unknown": "note",
        "json-syntax": "error",
    }  # fmt: skip


def test_a_known_rule_is_described() -> None:
    rules = {rule["id"]: rule for rule in run_of("mixed")["tool"]["driver"]["rules"]}
    assert rules["element-minimum"]["fullDescription"]["text"] == "why so"
    assert rules["json-syntax"] == {"id": "json-syntax"}


def test_a_fingerprint_does_not_depend_on_the_line() -> None:
    def prints(line: int) -> list[str]:
        from msgspec.structs import replace

        moved = replace(MISSING, line=line)
        results = sarif(report(patient(moved, UNKNOWN)), {})["runs"][0]["results"]
        return [result["partialFingerprints"]["expressionAndRule/v1"] for result in results]

    assert prints(3) == prints(300)
    assert len(set(prints(3))) == 2


def test_hostile_text_is_inert() -> None:
    (result,) = run_of("hostile")["results"]
    texts = [result["message"]["text"]]
    texts.append(result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"])
    assert all(text.isprintable() for text in texts)
