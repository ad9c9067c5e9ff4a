"""Structures and elements: what StructureDefinition snapshots say, ready to check with.

Everything here is plain, frozen data, so that it can be kept on disk.  Annotations are not put
off, since what reads it from there asks for all of them.
"""

from typing import Any

from msgspec import Struct

Json = Any


class TypeRef(Struct, frozen=True, omit_defaults=True):
    """A type that an element may have (ElementDefinition.type).

    ``code`` is the FHIR name (``string``, ``Reference``, ``Patient``), never a URL of the
    FHIRPath system types; ``profiles`` and ``targets`` are canonical URLs.  A profile that is
    meant for one element of its own, not for its root, ends in ``#`` and that element's id.
    """

    code: str
    profiles: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    aggregation: tuple[str, ...] = ()
    versioning: str | None = None


class Pinned(Struct, frozen=True, omit_defaults=True):
    """A fixed value or a pattern, with the type that its name ends in."""

    type: str
    value: Json
    #: The ``_fixedX`` companion of a primitive, if any.
    extra: Json = None


class AdditionalBinding(Struct, frozen=True, omit_defaults=True):
    """A binding of ``ElementDefinition.binding.additional`` or of its extension."""

    purpose: str
    value_set: str
    any: bool = False
    usage: tuple[Json, ...] = ()


class Binding(Struct, frozen=True, omit_defaults=True):
    """A value set and how strongly it binds (required, extensible, preferred, example)."""

    strength: str
    value_set: str | None
    max_value_set: str | None = None
    min_value_set: str | None = None
    additional: tuple[AdditionalBinding, ...] = ()
    #: ``elementdefinition-isCommonBinding``-like facts are not kept; the text is.
    description: str = ""


class Constraint(Struct, frozen=True, omit_defaults=True):
    """An invariant (ElementDefinition.constraint)."""

    key: str
    severity: str
    human: str
    expression: str | None
    source: str | None = None
    best_practice: bool = False


class Discriminator(Struct, frozen=True, omit_defaults=True):
    """How slices are told apart: by value, exists, pattern, type, profile or position."""

    type: str
    path: str


class Slicing(Struct, frozen=True, omit_defaults=True):
    """ElementDefinition.slicing; ``rules`` is open, closed or openAtEnd."""

    discriminators: tuple[Discriminator, ...] = ()
    rules: str = "open"
    ordered: bool = False
    description: str = ""


class Element(Struct, frozen=True, omit_defaults=True):
    """An element of a snapshot, with its slices and children below it.

    ``name`` is the last part of the path, without ``[x]``; ``max`` is ``None`` for ``*``;
    ``repeats`` says whether the base definition makes it an array in JSON.
    ``children`` is empty where the snapshot leaves them to the type (or to the element
    that ``content_reference``, an element id such as ``Questionnaire.item``, names).
    ``slices`` are the elements with a slice name of this one, in order; those of a slice
    that is sliced again are its own ``slices``.
    """

    id: str
    path: str
    name: str
    min: int = 0
    max: int | None = 1
    choice: bool = False
    repeats: bool = False
    types: tuple[TypeRef, ...] = ()
    content_reference: str | None = None
    fixed: Pinned | None = None
    pattern: Pinned | None = None
    binding: Binding | None = None
    constraints: tuple[Constraint, ...] = ()
    max_length: int | None = None
    min_value: Pinned | None = None
    max_value: Pinned | None = None
    must_support: bool = False
    is_modifier: bool = False
    #: How XML writes it: xmlAttr, xmlText, typeAttr, cdaText, xhtml; empty for an element.
    representation: tuple[str, ...] = ()
    #: A regular expression for primitive values, of the extension or of the type.
    regex: str | None = None
    slicing: Slicing | None = None
    slice_name: str | None = None
    slices: tuple["Element", ...] = ()
    children: tuple["Element", ...] = ()
    short: str = ""
    #: A value is needed, not only extensions (R5 ElementDefinition.mustHaveValue, or extension).
    must_have_value: bool = False
    #: Extensions that may stand in for a value (R5 valueAlternatives, or extension).
    value_alternatives: tuple[str, ...] = ()
    #: Of extensions: characters of a string, digits after the point, bytes of an attachment.
    min_length: int | None = None
    max_decimal_places: int | None = None
    max_size: int | None = None
    #: Of extensions: how gravely narrative counts that does not say where it comes from, and
    #: the languages that a narrative must have sections for (``_no``, ``_yes``, ``_resource``).
    narrative_source: str | None = None
    narrative_languages: tuple[str, ...] = ()


class ExtensionContext(Struct, frozen=True, omit_defaults=True):
    """Where an extension may stand; ``type`` is element, extension or fhirpath."""

    type: str
    expression: str


class Problem(Struct, frozen=True, omit_defaults=True):
    """What is wrong with a StructureDefinition.

    ``id``, ``severity`` and ``code`` are those of the message that ``text`` was made from;
    ``element`` is the id or path of the differential's element, and ``index`` its position,
    where the problem is one element's.
    """

    id: str
    severity: str
    code: str
    text: str
    element: str = ""
    index: int | None = None

    def __str__(self) -> str:
        return self.text


class Structure(Struct, frozen=True, omit_defaults=True):
    """A StructureDefinition with its whole snapshot as a tree.

    ``kind`` is primitive-type, complex-type, resource or logical; ``type`` the type that it
    is or constrains; ``derivation`` is specialization, constraint or empty.
    """

    url: str
    name: str
    type: str
    kind: str
    root: Element
    version: str | None = None
    abstract: bool = False
    derivation: str = ""
    base: str | None = None
    status: str = ""
    fhir_version: str = ""
    context: tuple[ExtensionContext, ...] = ()
    context_invariants: tuple[str, ...] = ()
    #: Profiles that conforming resources must conform to as well (extension imposeProfile).
    imposes: tuple[str, ...] = ()
    #: What was found wrong while its snapshot was made; empty for a sound one.
    problems: tuple[Problem, ...] = ()

    @property
    def is_profile(self) -> bool:
        """Whether it constrains a type, rather than defining one."""
        return self.derivation == "constraint"
