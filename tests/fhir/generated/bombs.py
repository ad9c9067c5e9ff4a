"""Resources made by hand to exhaust a validator: depth, breadth, circles."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Json = Any
Object = dict[str, Json]

XHTML = "http://www.w3.org/1999/xhtml"
FHIR = "http://hl7.org/fhir"
NOWHERE = "http://nowhere.test/"


def as_text(value: Json) -> bytes:
    return json.dumps(value).encode()


def _nested(depth: int, key: str, **more: Json) -> Json:
    """Objects in lists in objects: ``{key: [{key: [...]}]}``."""
    value: Json = {**more}
    for _ in range(depth):
        value = {**more, key: [value]}
    return value


def patient(**elements: Json) -> Object:
    return {"resourceType": "Patient", **elements}


def _narrative(div: str) -> Object:
    return patient(text={"status": "generated", "div": f'<div xmlns="{XHTML}">{div}</div>'})


def bundle(kind: str, entries: list[Object]) -> Object:
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def entry(number: int, **elements: Json) -> Object:
    url = f"{NOWHERE}fhir/Patient/{number}"
    return {"fullUrl": url, "resource": patient(id=str(number), **elements)}


def _contained_circle() -> Object:
    one = {"resourceType": "Observation", "id": "a", "hasMember": [{"reference": "#b"}]}
    other = {"resourceType": "Observation", "id": "b", "hasMember": [{"reference": "#a"}]}
    return {**one, "contained": [one, other], "focus": [{"reference": "#"}, {"reference": "#a"}]}


def _linkedbundle(count: int, kind: str) -> Object:
    """Entries that refer to the next one each, the last to the first."""
    links = [
        {"other": {"reference": f"Patient/{(n + 1) % count}"}, "type": "seealso"}
        for n in range(count)
    ]
    return bundle(kind, [entry(n, link=[links[n]]) for n in range(count)])


def _questions(depth: int) -> Object:
    item: Json = {"linkId": "0", "type": "string", "text": "x"}
    for number in range(1, depth):
        item = {"linkId": str(number), "type": "group", "text": "x", "item": [item]}
    return {"resourceType": "Questionnaire", "status": "draft", "item": [item]}


def _answers(depth: int) -> Object:
    item: Json = {"linkId": "0", "answer": [{"valueString": "x"}]}
    for number in range(1, depth):
        item = {"linkId": str(number), "item": [item]}
    made = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [item]}
    return {**made, "questionnaire": "#q", "contained": [{**_questions(depth), "id": "q"}]}


def _wide_questions(count: int) -> Object:
    """Items that are asked depending on each other, in a circle."""
    items = [
        {
            "linkId": str(n),
            "type": "boolean",
            "text": "x",
            "enableWhen": [
                {
                    "question": str((n + 1) % count),
                    "operator": "=",
                    "answerBoolean": True,
                }
            ],
        }
        for n in range(count)
    ]
    return {"resourceType": "Questionnaire", "status": "draft", "item": items}


def code_system(count: int, depth: int) -> Object:
    concept: Json = {"code": "c"}
    for number in range(depth):
        concept = {"code": f"d{number}", "concept": [concept]}
    concepts = [concept, *({"code": f"w{n}", "display": "x"} for n in range(count))]
    made = {"resourceType": "CodeSystem", "url": f"{NOWHERE}cs", "status": "draft"}
    return {**made, "content": "complete", "concept": concepts}


#: Resources that were read already.
OBJECTS: Mapping[str, Callable[[], Object]] = {
    "extensions 40 deep": lambda: patient(extension=[_nested(40, "extension", url="a")]),
    "extensions 3,000 deep": lambda: patient(extension=[_nested(3_000, "extension", url="a")]),
    "arrays 5,000 deep": lambda: patient(name=_deep_list(5_000)),
    "3,000 extensions": lambda: patient(
        extension=[{"url": f"{NOWHERE}{n}", "valueString": "x"} for n in range(3_000)]
    ),
    "extensions in each other, 2 by 10": lambda: patient(extension=_tree(10)),
    "20,000 names": lambda: patient(name=[{"family": "x"}] * 20_000),
    "20,000 empty names": lambda: patient(name=[{}] * 20_000),
    "20,000 wrong names": lambda: patient(name=list(range(20_000))),
    "3,000 unknown properties": lambda: patient(**{f"x{n}": n for n in range(3_000)}),
    "a string of 10 MB": lambda: patient(name=[{"family": "x" * 10_000_000}]),
    "a code of 10 MB": lambda: patient(gender="m" * 10_000_000),
    "an id of 10 MB": lambda: patient(id="a" * 10_000_000),
    "a date of 10 MB": lambda: patient(birthDate="2" * 10_000_000),
    "a reference of 10 MB": lambda: patient(managingOrganization={"reference": "/" * 10_000_000}),
    "10 MB of base64": lambda: patient(photo=[{"contentType": "a/b", "data": "A" * 10_000_000}]),
    "base64 with 5 MB of spaces": lambda: patient(photo=[{"data": "A " * 5_000_000}]),
    "whole numbers of 4,000 digits": lambda: patient(multipleBirthInteger=10**4_000),
    "lone surrogates": lambda: patient(id="\ud800", gender="\udfff", **{"\ud800": "\ud800"}),
    "control characters": lambda: patient(id="\0", language="\0", name=[{"family": "\0\1\2"}]),
    "names in the wrong place": lambda: patient(
        **{name: name for name in ("", "_", "__", "resourceType ")}
    ),
    "contained in circles": _contained_circle,
    "contained 100 deep": lambda: _nested(100, "contained", resourceType="Patient", id="a"),
    "500 contained": lambda: patient(
        contained=[
            patient(id=str(n), link=[{"other": {"reference": f"#{n + 1}"}}]) for n in range(500)
        ],
        link=[{"other": {"reference": "#0"}, "type": "seealso"}],
    ),
    "10,000 entries with one address": lambda: bundle("collection", [entry(1)] * 10_000),
    "10,000 copies with one address": lambda: bundle(
        "searchset", [entry(1) for _ in range(10_000)]
    ),
    "a document in a circle": lambda: _linkedbundle(1_000, "document"),
    "a collection in a circle": lambda: _linkedbundle(1_000, "collection"),
    "a message of references to all": lambda: bundle(
        "message",
        [
            {
                "fullUrl": f"{NOWHERE}fhir/MessageHeader/h",
                "resource": {
                    "resourceType": "MessageHeader",
                    "id": "h",
                    "eventUri": "urn:a:b",
                    "source": {"endpoint": "http://x.test"},
                    "focus": [{"reference": f"Patient/{n}"} for n in range(1_000)],
                },
            },
            *(entry(n) for n in range(1_000)),
        ],
    ),
    "Bundles 40 deep": lambda: _bundles(40),
    "parts 60 deep": lambda: {
        "resourceType": "Parameters",
        "parameter": [_nested(60, "part", name="a")],
    },
    "questions 200 deep": lambda: _questions(200),
    "questions 40 deep": lambda: _questions(40),
    "answers 40 deep": lambda: _answers(40),
    "questions in a circle": lambda: _wide_questions(1_000),
    "20,000 concepts": lambda: code_system(20_000, 1),
    "concepts 40 deep": lambda: code_system(10, 40),
    "a narrative of 10 MB": lambda: _narrative("<p>made up &amp; long</p>" * 400_000),
    "a narrative of 10 MB in one word": lambda: _narrative("x" * 10_000_000),
    "a narrative 500 deep": lambda: _narrative("<b>" * 500 + "</b>" * 500),
    "a narrative 50,000 deep": lambda: _narrative("<b>" * 50_000),
    "a narrative of open brackets": lambda: _narrative("<" * 100_000),
    "a narrative of attributes": lambda: _narrative("<p " + 'a="b" ' * 50_000 + "/>"),
    "a narrative of entities": lambda: _narrative("&nbsp;" * 200_000),
    "a narrative of comments": lambda: _narrative("<!--" * 50_000),
    "a narrative with a document type": lambda: _narrative("<!DOCTYPE a [<!ENTITY b 'c'>]>&b;"),
}


def _deep_list(depth: int) -> Json:
    value: Json = []
    for _ in range(depth):
        value = [value]
    return value


def _tree(depth: int) -> Json:
    inner = _tree(depth - 1) if depth else []
    made = {"url": NOWHERE, **({"extension": inner} if inner else {"valueString": "x"})}
    return [made, made]


def _bundles(depth: int) -> Json:
    made = bundle("collection", [])
    for number in range(depth):
        made = bundle("collection", [{"fullUrl": f"urn:uuid:{number}", "resource": made}])
    return made
