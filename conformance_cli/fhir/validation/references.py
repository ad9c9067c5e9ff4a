"""References: their form, where they lead, and whether that may stand there.

FHIR R4, 2.3 (http://hl7.org/fhir/R4/references.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance_cli.fhir.definitions.schema import Element
from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.validation.addresses import address, is_query, is_sound_query
from conformance_cli.fhir.validation.indexes import Index
from conformance_cli.fhir.validation.options import Options, ReferencePolicy
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.reference_targets import check_target
from conformance_cli.fhir.validation.resolution import Resolution, Resolver, Whereabouts
from conformance_cli.fhir.validation.session import Scope, Session
from conformance_cli.fhir.validation.targets import Targets, targets_of

Json = Any

_LITERAL = "Literal references (http://hl7.org/fhir/R4/references.html#literal)."
_RESOLVING = "Resolving references in Bundles (http://hl7.org/fhir/R4/bundle.html#references)."
SAYS_NOTHING = warning(
    "reference-empty",
    "structure",
    "The reference has neither reference nor identifier, so it should at least have a display",
    "A reader must be able to tell what is meant (http://hl7.org/fhir/R4/references.html).",
)
SPACES = error(
    "reference-spaces", "invalid", "The reference {reference!r} contains white space", _LITERAL
)
NOT_FOUND = error(
    "reference-not-found",
    "structure",
    "Nothing is found at the reference {reference}",
    _LITERAL,
)
NOT_CONTAINED = error(
    "reference-not-contained",
    "structure",
    "There is no contained resource for the reference {reference}",
    "A reference that begins with # names a contained resource "
    "(http://hl7.org/fhir/R4/references.html#contained).",
)
MALFORMED = error(
    "reference-malformed",
    "invalid",
    "A relative reference must be [type]/[id], as in Patient/1; found {reference}",
    _LITERAL,
)
BAD_QUERY = error(
    "reference-query",
    "invalid",
    "A conditional reference must be [type]?[parameter]=[value]; found {reference}",
    "Conditional references (http://hl7.org/fhir/R4/http.html#trules).",
)
UNADDRESSED = error(
    "reference-unaddressed",
    "required",
    "The relative reference {reference} cannot be resolved: its entry has no fullUrl",
    _RESOLVING,
)
NO_FULL_URL = error(
    "bundle-entry-without-address",
    "required",
    "The entry has no fullUrl, so nothing can be told about the references in it",
    _RESOLVING,
)
AMBIGUOUS = error(
    "reference-ambiguous",
    "forbidden",
    "{count} entries of the Bundle match the reference {reference}",
    _RESOLVING,
)
NOT_LOCAL = warning(
    "reference-urn-not-found",
    "required",
    "The reference {reference} is a URN that no entry of the Bundle has as its fullUrl",
    "A URN can be resolved nowhere but in the Bundle "
    "(http://hl7.org/fhir/R4/bundle.html#references).",
)
NEARLY = warning(
    "reference-nearly-found",
    "required",
    "The reference {reference} means {sought}, which no entry has as its fullUrl; "
    "the type and id are those of {alike}",
    _RESOLVING,
)
NEEDS_VERSION = warning(
    "reference-version-unknown",
    "required",
    "The reference {reference} names a version, but the entry at {url} does not say its own "
    "in meta.versionId",
    _RESOLVING,
)
_EXAMPLES = Regex(r"example\.(?:org|com)|acme\.com")
_SPACE = Regex(r"\s")
#: Bundles whose references the server resolves, after it gave ids to what has none.
_REQUESTS = frozenset({"transaction", "batch", "transaction-response", "batch-response"})


def check_reference(
    session: Session, value: Mapping[str, Json], place: Place, scope: Scope, element: Element
) -> None:
    """Check a Reference against the element that holds it; ``element`` may be a profile's."""
    reference = value.get("reference")
    if type(reference) is not str or not reference:
        _check_logical(session, value, place)
        return
    targets = targets_of(session, element, "Reference")
    resolver: Resolver = session.tools.resolver
    if scope.container is None and not resolver.supporting and _is_plain(session, value, targets):
        return
    found = resolver.look_up(reference, scope)
    if found.whereabouts is Whereabouts.BUNDLED and _is_clear(value, found, targets):
        return
    if _SPACE.search(reference):
        session.report(SPACES, place, reference=shortened(reference, 80))
    _report(session, reference, found, place, scope)
    check_target(session, value, found, targets, place)


def _is_plain(session: Session, value: Mapping[str, Json], targets: Targets) -> bool:
    """Whether all is well at a glance: ``Patient/1`` in a resource alone, where one may stand."""
    if "type" in value or session.options.references is ReferencePolicy.EXISTS:
        return False
    types = None if targets.is_any else targets.types
    return not targets.is_particular and names_plainly(value["reference"], types)


def names_plainly(reference: str, types: frozenset[str] | None) -> bool:
    """Whether a reference is no more than ``Patient/1``; ``None`` stands for all types."""
    name, slash, key = reference.partition("/")
    return bool(slash) and (types is None or name in types) and key.replace("-", "").isalnum()


def _is_clear(value: Mapping[str, Json], found: Resolution, targets: Targets) -> bool:
    """Whether an entry was found, and any resource of its type may be meant."""
    if "type" in value or targets.aggregation or targets.versioning or found.target is None:
        return False
    name = found.target.resource.get("resourceType")
    parts = found.parts
    if parts is not None and not parts.root and parts.type != name:
        return False
    return targets.is_any or (isinstance(name, str) and name in targets.bases)


def _check_logical(session: Session, value: Mapping[str, Json], place: Place) -> None:
    identifier = value.get("identifier")
    known = isinstance(identifier, dict) and (identifier.get("system") or identifier.get("value"))
    if not known and not value.get("display") and not value.get("extension"):
        session.report(SAYS_NOTHING, place)


def _report(
    session: Session, reference: str, found: Resolution, place: Place, scope: Scope
) -> None:
    """What was wrong with finding the target."""
    shown = shortened(reference, 80)
    if found.whereabouts is Whereabouts.CONTAINED:
        if found.target is None:
            session.report(NOT_CONTAINED, place, reference=shown)
        return
    if is_query(reference, session.library.resource_types()):
        if not is_sound_query(reference):
            session.report(BAD_QUERY, place, reference=shown)
        elif found.whereabouts is Whereabouts.MALFORMED and not _is_request(found):
            session.report(MALFORMED, place, reference=shown)
        return
    _report_in_bundle(session, reference, found, place, scope)
    if found.target is None and not _is_excused(session.options, reference):
        session.report(NOT_FOUND, place, reference=shown)


def _is_excused(options: Options, reference: str) -> bool:
    """Whether a reference need not lead anywhere."""
    if options.references is not ReferencePolicy.EXISTS:
        return True
    return options.allow_examples and _EXAMPLES.search(reference) is not None


def _is_request(found: Resolution) -> bool:
    return found.index is not None and found.index.kind in ("transaction", "batch")


def _report_in_bundle(
    session: Session, reference: str, found: Resolution, place: Place, scope: Scope
) -> None:
    index = found.index
    if index is None or index.relation != "entry":
        return
    shown = shortened(reference, 80)
    if found.whereabouts is Whereabouts.UNADDRESSED:
        if index.kind not in _REQUESTS:
            session.report(UNADDRESSED, place, reference=shown)
            _report_source(session, scope, index)
    elif found.whereabouts is Whereabouts.MALFORMED:
        session.report(MALFORMED, place, reference=shown)
    elif found.whereabouts is Whereabouts.AMBIGUOUS:
        if index.kind != "history":  # which holds several versions of what it holds
            count = len(found.alike)
            session.report(AMBIGUOUS, place, reference=shown, count=count)
    elif found.whereabouts is Whereabouts.UNKNOWN:
        _report_missing(session, reference, found, place)


def _report_source(session: Session, scope: Scope, index: Index) -> None:
    """Say of an entry that it should have an address; what is said again does not count."""
    source = index.item_of(scope.root.resource)
    if source is not None:
        session.report(NO_FULL_URL, source.place)


def _report_missing(session: Session, reference: str, found: Resolution, place: Place) -> None:
    shown = shortened(reference, 80)
    if reference.startswith("urn:"):
        session.report(NOT_LOCAL, place, reference=shown)
        return
    parts = address(reference)
    if parts and parts.version and found.index is not None and found.sought:
        plain = found.sought.partition("/_history/")[0]
        if any(item.version is None for item in found.index.by_url.get(plain, ())):
            session.report(NEEDS_VERSION, place, reference=shown, url=plain)
            return
    if found.alike:
        alike = ", ".join(item.shown for item in found.alike[:3])
        sought = found.sought or "nothing that could be found"
        session.report(NEARLY, place, reference=shown, sought=sought, alike=alike)
