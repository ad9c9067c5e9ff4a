"""Extensions without a definition at hand: of other releases of FHIR, tolerated, or unknown."""

from __future__ import annotations

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Element
from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Session

_UNKNOWN = "Extensions have definitions (http://hl7.org/fhir/R4/extensibility.html)."
_CROSS = "Extensions for converting between versions (http://hl7.org/fhir/R5/versions.html)."
REFUSED = error(
    "extension-unknown",
    "structure",
    "The extension {url} is not known, so it may not be used here",
    _UNKNOWN,
)
UNCHECKED = information(
    "extension-unchecked",
    "structure",
    "The extension {url} is not known, so it was not checked",
    _UNKNOWN,
)
NOT_PUBLISHED = warning(
    "extension-unpublished",
    "structure",
    "{url} looks like an extension of HL7, but no loaded package has it; is it misspelt?",
    _UNKNOWN,
)
MODIFIER_UNCHECKED = warning(
    "extension-modifier-unknown",
    "structure",
    "The modifier extension {url} is not known; a receiver that does not know it either "
    "must not process the element",
    "Modifier extensions (http://hl7.org/fhir/R4/extensibility.html#modifierExtension).",
)
NO_RELEASE = error(
    "extension-cross-version-release",
    "invalid",
    "{url} names {release}, which is no release of FHIR",
    _CROSS,
)
SAME_RELEASE = error(
    "extension-cross-version-same",
    "invalid",
    "{url} stands for an element of this release of FHIR: use {path} itself",
    _CROSS,
)
NO_ELEMENT = error(
    "extension-cross-version-element",
    "invalid",
    "{url} stands for {path}, which this release of FHIR does not have",
    _CROSS,
)
CROSS_UNCHECKED = information(
    "extension-cross-version",
    "structure",
    "{url} stands for {path} of FHIR {release}, which is not loaded: it was not checked",
    _CROSS,
)
_CROSS_VERSION = Regex(
    r"http://hl7\.org/fhir/(?P<release>\d+\.\d+)/StructureDefinition/extension-(?P<path>\S+)"
)
_RELEASES = frozenset({"0.5", "1.0", "1.4", "2.0", "3.0", "4.0", "4.1", "4.3", "5.0", "6.0"})
_EXAMPLES = ("example.org", "example.com", "acme.com")
#: Where tools of the trade keep extensions that no package of a release has.
_TOOLS = ("http://hl7.org/fhir/tools/StructureDefinition/", "http://hl7.org/fhir/build/")
_HL7 = "http://hl7.org/fhir/StructureDefinition/"
#: Used by published definitions before, or without, being published themselves.
_USED = frozenset(
    _HL7 + name
    for name in (
        "codesystem-properties-mode",
        "elementdefinition-type-must-support",
        "instance-description",
        "instance-name",
        "structuredefinition-conformance-derivedFrom",
        "structuredefinition-expression",
        "structuredefinition-fmm-support",
        "structuredefinition-rdf-type",
    )
)


def check_unknown(session: Session, url: str, place: Place) -> None:
    """Report an extension that has no definition, as gravely as the options have it."""
    options = session.options
    if _is_tolerated(url, options):
        return
    if not options.allow_unknown_extensions:
        session.report(REFUSED, place, url=shortened(url, 200))
    elif url.startswith(_HL7) and session.library.has_definitions:
        session.report(NOT_PUBLISHED, place, url=shortened(url, 200))
    elif place.key == "modifierExtension":
        session.report(MODIFIER_UNCHECKED, place, url=shortened(url, 200))
    else:
        session.report(UNCHECKED, place, url=shortened(url, 200))


def _is_tolerated(url: str, options: Options) -> bool:
    if options.allow_examples and any(host in url for host in _EXAMPLES):
        return True
    return url in _USED or "nema.org" in url or url.startswith((*_TOOLS, *options.known_domains))


def check_cross_version(session: Session, url: str, place: Place) -> bool:
    """Whether a URL means an element of another release of FHIR; what is wrong is reported."""
    match = _CROSS_VERSION.fullmatch(url)
    if match is None:
        return False
    release, path = match["release"], match["path"].replace("%5Bx%5D", "[x]")
    shown, path = shortened(url, 200), shortened(path, 120)
    own = ".".join(session.library.fhir_version.split(".")[:2])
    if release not in _RELEASES:
        session.report(NO_RELEASE, place, url=shown, release=release)
    elif release != own:
        session.report(CROSS_UNCHECKED, place, url=shown, path=path, release=release)
    elif _has(session.library, path):
        session.report(SAME_RELEASE, place, url=shown, path=path)
    else:
        session.report(NO_ELEMENT, place, url=shown, path=path)
    return True


def _has(library: Library, path: str) -> bool:
    head, *steps = path.removesuffix("[x]").split(".")
    structure = library.type(head)
    element: Element | None = structure.root if structure else None
    for step in steps:
        children = element.children if element else ()
        element = next((one for one in children if one.name == step.removesuffix("[x]")), None)
    return element is not None
