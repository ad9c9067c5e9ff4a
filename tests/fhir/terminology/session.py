"""A session with real terminology and nothing else, and what it found."""

from types import SimpleNamespace

from conformance_cli.fhir.terminology.local import LocalTerminology
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session
from tests.fhir.terminology.definitions import Library

PLACE = Place(None, "Thing").child("code")
SCOPE = Scope({"resourceType": "Thing"}, Place(None, "Thing"))


def session(*resources, library=None, **options):
    library = library or Library(*resources)
    tools = SimpleNamespace(terminology=LocalTerminology(library), memo={})
    return Session(library, Options(**options), tools)


def found(asked):
    """Severity, place and id of each issue."""
    return [
        (one.severity.value, one.place.expression.removeprefix("Thing."), one.message.id)
        for one in asked.found
    ]


def texts(asked):
    return [one.text for one in asked.found]
