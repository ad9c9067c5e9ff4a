"""Questionnaires of every kind of item, and responses to them."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.fhir.generated.values import PRIMITIVES

Json = Any
Object = dict[str, Json]

_KINDS = (
    "group", "display", "boolean", "decimal", "integer", "date", "dateTime", "time", "string",
    "text", "url", "choice", "open-choice", "attachment", "reference", "quantity",
)  # fmt: skip
_OPERATORS = ("exists", "=", "!=", ">", "<", ">=", "<=")
_EXTENSIONS = (
    {"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueInteger": 3},
    {"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueDate": "2020-01-01"},
    {"url": "http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces", "valueInteger": 1},
    {"url": "http://hl7.org/fhir/StructureDefinition/minLength", "valueInteger": 5},
    {"url": "http://hl7.org/fhir/StructureDefinition/regex", "valueString": "[a-z]+"},
    {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-minOccurs", "valueInteger": 2},
    {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs", "valueInteger": 1},
    {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden", "valueBoolean": True},
    {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive",
     "valueBoolean": True},
    {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-referenceResource",
     "valueCode": "Patient"},
    {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption",
     "valueCoding": {"system": "http://unitsofmeasure.org", "code": "mg"}},
    {"url": "http://hl7.org/fhir/StructureDefinition/mimeType", "valueCode": "text/plain"},
    {"url": "http://hl7.org/fhir/StructureDefinition/maxSize", "valueDecimal": 1},
)  # fmt: skip


def response(source: Random) -> Object:
    """A response that contains its questionnaire; most answers are as the questions ask."""
    items = [_item(source, f"q{number}", 2) for number in range(source.randint(1, 5))]
    questionnaire = {
        "resourceType": "Questionnaire",
        "id": "q",
        "url": "http://nowhere.test/q",
        "status": source.choice(("draft", "active", "retired")),
        "item": items,
    }
    return {
        "resourceType": "QuestionnaireResponse",
        "contained": [questionnaire],
        "questionnaire": "#q",
        "status": source.choice(("in-progress", "completed", "amended")),
        "item": [_answered(source, one) for one in items if source.randint(0, 5)],
    }


def _item(source: Random, link: str, depth: int) -> Object:
    kind = source.choice(_KINDS if depth else _KINDS[1:])
    made: Object = {"linkId": link, "text": "x", "type": kind}
    if kind == "group" or (depth and source.randint(0, 3) == 0):
        made["item"] = [
            _item(source, f"{link}.{n}", depth - 1) for n in range(source.randint(1, 3))
        ]
    for name in ("required", "repeats", "readOnly"):
        if source.randint(0, 2) == 0:
            made[name] = source.choice((True, False))
    if source.randint(0, 3) == 0:
        made["enableWhen"] = [{
            "question": f"q{source.randint(0, 4)}", "operator": source.choice(_OPERATORS),
            **_value(source, "answer", source.choice(_KINDS[2:])),
        }]  # fmt: skip
        made["enableBehavior"] = source.choice(("all", "any"))
    if kind in ("choice", "open-choice", "string", "integer", "date"):
        made["answerOption"] = [_value(source, "value", kind) for _ in range(source.randint(1, 3))]
    elif kind == "text":
        made |= {"maxLength": 3, "initial": [_value(source, "value", kind)]}
    if source.randint(0, 2) == 0:
        made["extension"] = [dict(source.choice(_EXTENSIONS))]
    return made


def _answered(source: Random, item: Object) -> Object:
    made: Object = {"linkId": item["linkId"]}
    inner = [_answered(source, one) for one in item.get("item", ()) if source.randint(0, 4)]
    if item["type"] in ("group", "display"):
        return made | ({"item": inner} if inner else {})
    kind = item["type"] if source.randint(0, 9) else source.choice(_KINDS[2:])
    options = item.get("answerOption")
    given = (
        dict(source.choice(options))
        if options and source.randint(0, 3)
        else _value(source, "value", kind)
    )
    answers = [given | ({"item": inner} if inner else {})]
    return {**made, "answer": answers * source.choice((1, 1, 1, 2))}


def _value(source: Random, stem: str, kind: str) -> Object:
    types = {
        "text": "String",
        "url": "Uri",
        "choice": "Coding",
        "open-choice": source.choice(("Coding", "String")),
    }
    name = types.get(kind, f"{kind[0].upper()}{kind[1:]}")
    values: dict[str, Json] = {
        "Coding": {"system": "http://nowhere.test", "code": source.choice("abc")},
        "Attachment": {
            "contentType": source.choice(("text/plain", "image/png")),
            "data": "aGVsbG8=",
        },
        "Reference": {"reference": source.choice(("Patient/1", "#q", "Group/1"))},
        "Quantity": {
            "value": 1,
            "system": "http://unitsofmeasure.org",
            "code": source.choice(("mg", "kg")),
        },
    }
    simple = name[0].lower() + name[1:]
    return {f"{stem}{name}": values[name] if name in values else PRIMITIVES[simple](source)}
