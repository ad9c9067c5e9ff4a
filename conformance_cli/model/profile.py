"""Profiles: versioned lists of requirements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from urllib.parse import quote

from conformance_cli.model.requirement import Requirement


class ProfileStatus(Enum):
    """Whether a profile version may be certified against today."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A publication that requirements are traced to."""

    title: str
    url: str = ""
    #: Version, commit or date that was read.
    revision: str = ""
    #: How a place in it becomes a link: the longest prefix of the place that is a key
    #: gives the URL, with ``{at}`` for the place.
    links: Mapping[str, str] = field(default_factory=dict)

    def link(self, at: str) -> str:
        """The URL of a place in this document, or of the document itself."""
        prefixes = [prefix for prefix in self.links if at and at.startswith(prefix)]
        if not prefixes:
            return self.url
        return self.links[max(prefixes, key=len)].replace("{at}", quote(at))


@dataclass(frozen=True, slots=True)
class Option:
    """A capability that a product may or may not offer; decides applicability."""

    name: str
    title: str
    default: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """A version of a standard: the requirements a product is judged over."""

    name: str
    version: str
    title: str
    status: ProfileStatus
    requirements: tuple[Requirement, ...]
    description: str = ""
    fhir_version: str = ""
    publisher: str = ""
    effective_from: date | None = None
    effective_until: date | None = None
    #: ``name@version`` of the profile that this one was built on, if any.
    extends: str = ""
    supersedes: str = ""
    options: tuple[Option, ...] = ()
    sources: Mapping[str, SourceDocument] = field(default_factory=dict)
    #: Section id to title, in reading order.
    sections: Mapping[str, str] = field(default_factory=dict)
    #: ``sha256:...`` over the resolved content.
    digest: str = ""

    @property
    def ref(self) -> str:
        """``name@version``."""
        return f"{self.name}@{self.version}"

    def requirement(self, requirement_id: str) -> Requirement | None:
        """The requirement with this id, if the profile has it."""
        return next((r for r in self.requirements if r.id == requirement_id), None)
