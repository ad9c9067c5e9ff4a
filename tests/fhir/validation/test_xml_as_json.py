"""What is wrong with a resource is wrong with it in XML as it is in JSON, at the same element."""

import pytest

from tests.fhir.definitions.kit import by, ed
from tests.fhir.source.xml_writer import write_xml
from tests.fhir.validation.world import library, observation, patient, profile, validator

REASON = {"extension": [{"url": "urn:reason", "valueString": "x"}]}
SLICED = profile(
    ed("Observation.component", slicing=by("value", "code.text", rules="closed")),
    ed("Observation.component:a", min=2),
    ed("Observation.component:a.code.text", fixedString="a", min=1),
    ed("Observation.component:a.value[x]", type="string", min=1),
)
NAMED = profile(
    ed("Patient.name", min=1),
    ed("Patient.name.given", max="1"),
    ed("Patient.active", fixedBoolean=True),
    of="Patient",
)


def component(text, **more):
    return {"code": {"text": text}, **more}


def entries(*resources):
    made = [{"fullUrl": f"urn:uuid:{i}", "resource": one} for i, one in enumerate(resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": made}


@pytest.mark.parametrize(
    ("resource", "given"),
    [
        (observation(), None),
        (observation(status=None, component=[{"valueString": "x"}]), None),
        (observation(status=None, _status=REASON), None),
        (observation(valueRange={"low": {"value": 1, "comparator": "<"}}), None),
        (patient(active=True, _active={"id": "a"}, name=[{"id": "a", "text": "x"}]), None),
        (patient(_gender=REASON), None),
        (patient(name=[{"given": ["a", None], "_given": [None, REASON]}]), None),
        (observation(contained=[patient(id="p")], subject={"reference": "#q"}), None),
        (entries(observation(code=None), patient(name=[{"text": "x"}])), None),
        (patient(active=False, _active=REASON), NAMED),
        (patient(name=[{"given": ["a", "b"]}]), NAMED),
        (patient(meta={"profile": [NAMED["url"], "urn:unknown"]}), NAMED),
        (observation(component=[component("a"), component("b", valueString="x")]), SLICED),
        (observation(component=[component("a", valueBoolean=True)]), SLICED),
    ],
)
def test_the_same_is_told_of_both(resource, given):
    definitions = (given,) if given else ()
    profiles = [given["url"]] if given else []
    one = validator(*definitions)
    xml = write_xml(resource, library(*definitions))
    as_json, as_xml = (
        sorted(
            (issue.id, issue.expression) for issue in one.validate(data, profiles=profiles).issues
        )
        for data in (resource, xml)
    )
    assert as_xml == as_json
    assert bool(as_json) is (resource != observation())
