"""The validator: FHIR resources against definitions, profiles and terminologies."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.outcome.issue import Issue
from conformance_cli.fhir.outcome.message import fatal
from conformance_cli.fhir.terminology.protocol import Terminology
from conformance_cli.fhir.validation.compiled import Compiled
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Found, Scope, Session
from conformance_cli.fhir.validation.walker import Walker

Json = Any

NO_RESOURCE = fatal(
    "resource-missing",
    "invalid",
    "This is no FHIR resource: {found}",
    "A resource is a JSON object, or an XML document, that names its type.",
)

#: Said where only the shapes of resources are known.
SHAPES_ONLY = (
    "No FHIR package is loaded: only the shapes of resources were checked; "
    "invariants, profiles, value sets and extensions were not evaluated"
)


#: What tells an issue from others: its message, where it stands, and what it says.
Key = tuple[str, str, str]
Told = tuple[Key, Found]


class Support(Struct, frozen=True):
    """How often a must-support element of a profile was there, and how often it was not."""

    profile: str
    element: str
    present: int
    absent: int


class Outcome(Struct, frozen=True):
    """What a validation found.

    ``profiles`` are those that the resource was checked against; ``notes`` say what could
    not be evaluated; ``dropped`` counts the issues beyond ``Options.max_issues``.
    """

    issues: tuple[Issue, ...]
    resource_type: str | None = None
    profiles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    must_support: tuple[Support, ...] = ()
    dropped: int = 0

    @property
    def is_valid(self) -> bool:
        """Whether there is no error."""
        return not any(issue.is_error for issue in self.issues)


class _Input(Struct):
    """What was read."""

    resource: Json
    position: Any = None
    problems: Sequence[Any] = field(default=())
    #: Where problems of the text are, by the identity of what was found.
    positions: dict[int, tuple[int, int]] = field(default_factory=dict)


class Validator:
    """Validates resources against the definitions of a library.

    Make one and keep it: what it learns of definitions serves all later resources.  It is
    not for several threads at once.
    """

    def __init__(
        self,
        library: Library,
        options: Options | None = None,
        terminology: Terminology | None = None,
    ) -> None:
        self._library = library
        self._options = options or Options()
        self._terminology = terminology or _local(library)
        self._compiled = Compiled(library, self._options, self._terminology)
        self._notes = () if library.has_definitions else (SHAPES_ONLY,)
        self._fine_ones: dict[str, Outcome] = {}

    def validate(
        self,
        data: bytes | str | Mapping[str, Json],
        *,
        format: str | None = None,  # noqa: A002 - what FHIR calls it
        profiles: Sequence[str] = (),
        supporting: Mapping[str, Mapping[str, Json]] | None = None,
    ) -> Outcome:
        """Check a resource, given as JSON or XML or as an object that was read before.

        An object may have floats, which count as the decimals that they are written as.
        ``profiles`` are canonical URLs besides those that the resource claims;
        ``supporting`` are further resources that references may point at, by reference
        (``Patient/1`` or an absolute URL).  Never raises for what is in the data.

        Raises:
            PackageError: a package changed on disk while it was in use.
            TypeError: the data is neither bytes nor text nor an object.

        """
        read = _Input(data) if type(data) is dict else self._read(data, format)
        resource = read.resource
        look = seen = None
        if type(resource) is dict:
            look = self._compiled.looks.meet(resource.get("resourceType"))
        if look is not None:
            seen = look.look(resource)
            is_usual = not (profiles or supporting or read.problems)
            if is_usual and look.is_all(seen, resource):
                return self._fine(look.name)
        if isinstance(data, Mapping) and (seen is None or seen[0]):
            read = _given(data, seen[0] if seen else ())
            resource = read.resource
        session = Session(self._library, self._options, None)
        name: str | None = None
        walker: Walker | None = None
        if isinstance(resource, Mapping):
            found = resource.get("resourceType")
            name = found if isinstance(found, str) else None
            scope = Scope(resource, Place(None, name or "$"))
            _tell(session, read)
            walker = Walker(session, self._compiled, self._terminology, supporting or {})
            if look is None or seen is None:
                walker.resource(scope, profiles)
            else:
                walker.seen(look, seen, scope, profiles)
        else:
            _tell(session, read)
            if not session.found:
                session.report(NO_RESOURCE, Place(None, "$"), found=type(resource).__name__)
        return self._outcome(session, read, name, walker)

    def _fine(self, name: str) -> Outcome:
        """The outcome of a resource of a type about which nothing is to be said."""
        found = self._fine_ones.get(name)
        if found is None:
            found = self._fine_ones[name] = Outcome((), name, notes=self._notes)
        return found

    def _read(self, data: bytes | str | Mapping[str, Json], form: str | None) -> _Input:
        if isinstance(data, Mapping):
            return _Input(data)
        # half a surrogate pair is no character, which the readers say of its bytes
        raw = data.encode(errors="surrogatepass") if isinstance(data, str) else data
        if not isinstance(raw, bytes | bytearray):
            raise TypeError(f"a resource is bytes, text or a mapping, not {type(data).__name__}")
        if (form or _form(raw)) == "xml":
            from conformance_cli.fhir.source.xml_reader import read_xml

            reading = read_xml(raw, self._library, self._options)
        else:
            from conformance_cli.fhir.source.json_reader import read_json

            reading = read_json(raw, self._options)
        return _Input(reading.resource, reading.position, reading.problems)

    def _outcome(
        self, session: Session, read: _Input, name: str | None, walker: Walker | None
    ) -> Outcome:
        kept: dict[Key, Found] = {}
        for found in session.found:
            kept.setdefault(found.key(), found)
        limit = self._options.max_issues
        issues = tuple(_issue(*found, read) for found in _gravest(list(kept.items()), limit))
        support = tuple(Support(*key, *counts) for key, counts in session.support.items())
        profiles = tuple(walker.claimed) if walker else ()
        return Outcome(issues, name, profiles, self._notes, support, max(0, len(kept) - limit))


def _gravest(found: list[Told], most: int) -> list[Told]:
    """As many as may be kept, in their order; an error never goes for a warning to stay."""
    if len(found) <= most:
        return found
    ranked = sorted(range(len(found)), key=lambda place: found[place][1].severity.rank)
    return [found[place] for place in sorted(ranked[:most])]


def _issue(key: Key, found: Found, read: _Input) -> Issue:
    position = read.positions.get(id(found))
    if position is None and read.position is not None:
        position = read.position(found.place.pointer)
    line, column = position or (None, None)
    _, expression, text = key
    return Issue(
        found.severity,
        found.message.code,
        found.message.id,
        text,
        "" if expression == "$" else expression,
        line,
        column,
        found.profile,
    )


def _tell(session: Session, read: _Input) -> None:
    """Report what was wrong with the text itself, each problem with its own line."""
    for problem in read.problems:
        session.report(problem.message, problem.place, **problem.values)
        if problem.position is not None:
            read.positions[id(session.found[-1])] = problem.position


def _given(data: Any, doubts: Collection[str]) -> _Input:
    """An object that somebody else read, as plain JSON that nests no deeper than text may.

    Where there are doubts, only these have to be looked at.
    """
    from conformance_cli.fhir.source.given import read_doubtful, read_given

    is_known = doubts and type(data) is dict
    reading = read_doubtful(data, doubts) if is_known else read_given(data)
    return _Input(reading.resource, None, reading.problems)


def _form(raw: bytes) -> str:
    return "xml" if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" else "json"


def _local(library: Library) -> Terminology:
    from conformance_cli.fhir.terminology.local import LocalTerminology

    return LocalTerminology(library)
