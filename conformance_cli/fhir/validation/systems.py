"""What can be wrong with the URL of a code system, before any code is looked at."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import Message, error, information
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.terminology.reading import text
from conformance_cli.fhir.validation.session import Session

_CODING: Final = "http://hl7.org/fhir/R4/datatypes.html#Coding"

RELATIVE = error(
    "code-system-relative",
    "invalid",
    "The code system {system} is not an absolute URI{hint}",
    f"Coding.system is a URL, a URN of an OID or a UUID, or another absolute URI ({_CODING}).",
)
IS_VALUE_SET = error(
    "code-system-is-value-set",
    "invalid",
    "{system} is a value set; the system of a code is the code system that defines it{hint}",
    f"Value sets select codes, code systems define them; Coding.system is the latter ({_CODING}).",
)
IS_SUPPLEMENT = error(
    "code-system-is-supplement",
    "invalid",
    "{system} is a supplement, which defines no codes; the system is the one that it adds to{hint}",
    "A supplement's own URL is never used in a Coding "
    "(http://hl7.org/fhir/R4/codesystem.html#supplements).",
)
OF_BUILD = error(
    "code-system-of-build",
    "code-invalid",
    "{system} is a page of the continuous build, not a code system{hint}",
    f"Code systems keep their published URL ({_CODING}).",
)
UNKNOWN_TO_HL7 = error(
    "code-system-not-published",
    "code-invalid",
    "FHIR publishes no code system {system} that is loaded{hint}",
    "URLs below hl7.org/fhir are FHIR's own, so one that it does not define is a mistake.",
)
MISSPELT = error(
    "code-system-misspelt",
    "code-invalid",
    "There is no code system {system}{hint}",
    "SNOMED CT, LOINC, UCUM and RxNorm have one URL each, without anything behind it "
    "(http://hl7.org/fhir/R4/terminologies-systems.html).",
)
UNKNOWN = information(
    "code-system-unknown",
    "not-found",
    "The code system {system} is not loaded: its codes were not checked{hint}",
    "Codes are checked as far as their code systems are loaded; the rest is said, not passed.",
)

#: How many systems are remembered.
_MOST: Final = 10_000
_ABSOLUTE: Final = ("http:", "https:", "urn:")
_BUILD: Final = ("http://build.fhir.org", "https://build.fhir.org")
_FHIR: Final = tuple(
    f"{scheme}://{host}hl7.org/fhir" for scheme in ("http", "https") for host in ("", "www.")
)
#: Below FHIR's own URLs, but others' systems, implementation guides of a realm, or tests.
_OF_OTHERS = Regex(r"https?://(?:www\.)?hl7\.org/fhir/(?:sid/|test|[a-z]{2}/|ig/)")
_WHOLE: Final = (
    "http://snomed.info/sct",
    "http://loinc.org",
    "http://unitsofmeasure.org",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
)
_EXAMPLES: Final = ("http://example.org", "https://example.org", "http://acme.com")


class Flaw(Struct, frozen=True):
    """What is wrong with a system.

    ``is_of_coding``: it is told of the whole Coding where no value set is bound to that; else,
    and elsewhere, of its system.  ``is_fatal``: there is no use in looking at the code.
    ``elsewhere`` is the severity where a value set is bound, which then has the last word.
    """

    message: Message
    hint: str = ""
    elsewhere: Severity | None = None
    is_of_coding: bool = True
    is_fatal: bool = True

    def severity(self, *, is_free: bool) -> Severity:
        """How grave it is in a Coding with or without a bound value set."""
        return self.message.severity if is_free else self.elsewhere or self.message.severity


def flaw_of(session: Session, system: str) -> Flaw | None:
    """What is wrong with the URL of a code system, or ``None``; kept for the next time."""
    known: dict[str, Flaw | None] = session.tools.memo.setdefault("code-systems", {})
    if system not in known:
        if len(known) >= _MOST:
            known.clear()
        known[system] = _find(session, system)
    return known[system]


def _find(session: Session, system: str) -> Flaw | None:
    if not system.startswith(_ABSOLUTE):
        return Flaw(RELATIVE)
    library = session.library
    definition = library.resource(system, "CodeSystem")
    if definition is not None:
        is_supplement = definition.get("content") == "supplement"
        base = text(definition.get("supplements"))
        return Flaw(IS_SUPPLEMENT, _hint(base), is_of_coding=False) if is_supplement else None
    if session.tools.terminology.knows_system(system):
        return None
    if library.resource(system, "ValueSet") is not None:
        return Flaw(IS_VALUE_SET)
    if library.resource(system, "StructureDefinition") is not None:
        # the elements of a logical model may serve as codes
        return None
    return _unknown(session, system)


def _unknown(session: Session, system: str) -> Flaw | None:
    """The flaw of a system that nothing is known of."""
    if system.startswith(_BUILD):
        return Flaw(OF_BUILD, elsewhere=Severity.WARNING)
    if system.startswith(_FHIR) and not _OF_OTHERS.match(system):
        return Flaw(UNKNOWN_TO_HL7, elsewhere=Severity.WARNING)
    for whole in _WHOLE:
        if system == whole:
            return None
        if system.startswith(whole):
            return Flaw(MISSPELT, _hint(whole), elsewhere=Severity.WARNING)
    secure = system.removeprefix("https:")
    if secure != system and session.tools.terminology.knows_system(f"http:{secure}"):
        return Flaw(MISSPELT, _hint(f"http:{secure}"), elsewhere=Severity.WARNING)
    if session.options.allow_examples and system.startswith(_EXAMPLES):
        return None
    return Flaw(UNKNOWN, is_of_coding=False)


def _hint(system: str | None) -> str:
    return f"; {system} is meant" if system else ""
