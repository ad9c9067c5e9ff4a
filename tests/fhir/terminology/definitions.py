"""A library of a few code systems and value sets, and short ways to write them."""

from conformance_cli.fhir.terminology.local import LocalTerminology
from conformance_cli.fhir.terminology.protocol import Coded

COLOURS = "http://clinic.test/CodeSystem/colours"
BODY = "http://clinic.test/CodeSystem/body"
SNOMED = "http://snomed.info/sct"


class Library:
    """As much of a library as terminology needs; of several versions, the last wins."""

    has_definitions = True

    def __init__(self, *resources, fhir_version="4.0.1"):
        self.fhir_version = fhir_version
        self._resources = resources

    def resource(self, url, *types):
        wanted, _, version = url.partition("|")
        for resource in reversed(self._resources):
            if resource.get("url") != wanted or version not in ("", resource.get("version")):
                continue
            if not types or resource["resourceType"] in types:
                return resource
        return None

    def global_profiles(self, type_name):
        return ()

    def resources(self, type_name):
        return (one for one in self._resources if one["resourceType"] == type_name)

    def structure(self, url):
        return None

    def type(self, name):
        return None


def code_system(url, *concepts, content="complete", **more):
    return {
        "resourceType": "CodeSystem",
        "url": url,
        "status": "active",
        "content": content,
        "caseSensitive": True,
        "concept": [{"code": one} if isinstance(one, str) else one for one in concepts],
        **more,
    }


def value_set(url, *includes, exclude=(), **more):
    compose = {"include": list(includes)}
    if exclude:
        compose["exclude"] = list(exclude)
    return {"resourceType": "ValueSet", "url": url, "status": "active", "compose": compose} | more


def listing(system, *codes, **more):
    return {"system": system, "concept": [{"code": code} for code in codes], **more}


def filtering(system, *filters):
    made = [{"property": name, "op": op, "value": value} for name, op, value in filters]
    return {"system": system, "filter": made}


def colours(**more):
    return code_system(COLOURS, {"code": "red", "display": "Red"}, "green", "blue", **more)


def body(**more):
    """Hierarchy by nesting, and one part whose place is told by a property."""
    arm = {
        "code": "arm",
        "concept": [{"code": "hand", "concept": [{"code": "finger"}]}, {"code": "elbow"}],
    }
    sleeve = {"code": "sleeve", "property": [{"code": "within", "valueCode": "arm"}]}
    up = {"code": "within", "uri": "http://hl7.org/fhir/concept-properties#parent", "type": "code"}
    return code_system(BODY, arm, {"code": "leg"}, sleeve, property=[up], **more)


def terminology(*resources, **more):
    return LocalTerminology(Library(*resources, **more))


def standing(held, value_set_url, code, system=None, version=None):
    return held.in_value_set(Coded(system, code, version), value_set_url).standing.value


def members(held, value_set_url, system, *codes):
    """Those of the codes that are in a value set."""
    return [code for code in codes if standing(held, value_set_url, code, system) == "valid"]
