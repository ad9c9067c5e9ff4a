"""report.json: every run fits the published schema, and the schema lets nothing else in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

from conformance_cli.reporting import json_report
from conformance_cli.reporting.resources import reports_root
from conformance_cli.reporting.view import ReportView
from tests.reporting import fixed_run
from tests.reporting.views import views

_SCHEMA: dict[str, Any] = json.loads((reports_root() / "schemas/report.schema.json").read_text())


def _closed(schema: Any) -> Any:
    """The same schema without room for keys that it does not describe."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        closed["additionalProperties"] = False
    return closed


_PUBLISHED: Validator = Draft202012Validator(_SCHEMA)
_COMPLETE: Validator = Draft202012Validator(_closed(_SCHEMA))


def _sample() -> dict[str, Any]:
    return json.loads(json_report.render(fixed_run.view()))


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(_SCHEMA)


@given(view=views())
def test_every_run_fits_the_schema_and_the_schema_describes_every_key(view: ReportView):
    _COMPLETE.validate(json.loads(json_report.render(view)))


def test_a_reader_must_accept_keys_that_a_later_version_adds():
    later = _sample() | {"format_version": "1.7", "something_new": 1}
    _PUBLISHED.validate(later)


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        pytest.param(("format_version",), "2.0", id="another major version"),
        pytest.param(("schema",), "urn:other", id="another schema"),
        pytest.param(("outcome",), "certified", id="unknown outcome"),
        pytest.param(("gate_met",), "yes", id="text for a boolean"),
        pytest.param(("counts", 0, "pass"), "11", id="text for a number"),
        pytest.param(("counts", 0, "pass"), -1, id="negative count"),
        pytest.param(("run", "started"), "yesterday", id="no timestamp"),
        pytest.param(("run", "elapsed_ms"), None, id="no duration"),
        pytest.param(("requirements", 0, "verdict"), "passed", id="unknown verdict"),
        pytest.param(("requirements", 0, "level"), "MUST", id="unknown level"),
        pytest.param(("requirements", 0, "sources", 0, "url"), "javascript:x", id="no web address"),
        pytest.param(("requirements", 4, "waiver", "expires"), "soon", id="no date"),
        pytest.param(("tests", 0, "assertions", 0, "requirements"), "BKR-1", id="text for a list"),
        pytest.param(("profile", "digest"), "md5:00", id="no SHA-256"),
        pytest.param(("undecided", 0, "requirements"), [], id="an empty gap"),
    ],
)
def test_the_schema_refuses(path: tuple[str | int, ...], wrong: object):
    document = _sample()
    place: Any = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = wrong
    found = [tuple(error.absolute_path) for error in _leaves(document)]
    assert path in found


def _leaves(document: object) -> Any:
    for error in _PUBLISHED.iter_errors(document):
        yield error
        yield from error.context or ()


@pytest.mark.parametrize("key", _SCHEMA["required"])
def test_every_top_level_key_is_required(key: str):
    document = _sample()
    del document[key]
    assert not _PUBLISHED.is_valid(document)


def test_lists_are_in_the_order_of_the_profile_and_of_the_plan():
    document = _sample()
    run = fixed_run.run()
    assert [r["id"] for r in document["requirements"]] == [
        r.id for r in run.header.profile.requirements
    ]
    assert [t["id"] for t in document["tests"]] == list(run.header.planned)


def test_a_requirement_refers_to_its_assertions_and_evidence():
    document = _sample()
    found = next(r for r in document["requirements"] if r["id"] == "BKR-SLT-006")
    assertions = {a["id"] for test in document["tests"] for a in test["assertions"]}
    assert found["evidence"] == [f"slot-status-missing.{n}/1" for n in (1, 2, 3)]
    assert set(found["assertions"]) <= assertions
    assert {e["id"] for e in document["evidence"]} >= set(found["evidence"])


def test_what_an_endpoint_sent_is_there_to_the_letter_in_ascii():
    view = fixed_run.view()
    text = json_report.render(view)
    assert text.isascii()
    assert _sample()["tests"][7]["assertions"][1]["actual"] == (
        "2 of 14 do not: slot-0071, slot-0072"
    )


def test_keys_are_snake_case():
    def keys(value: object) -> set[str]:
        if isinstance(value, list):
            return {key for item in value for key in keys(item)}
        if isinstance(value, dict):
            return set(value) | {key for item in value.values() for key in keys(item)}
        return set()

    assert {key for key in keys(_sample()) if not key.replace("_", "").islower()} == set()
