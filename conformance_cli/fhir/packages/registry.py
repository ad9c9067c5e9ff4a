"""Package registries: which versions they have, and where the archives are.

They speak the npm protocol: ``GET /{name}`` tells versions and, for each, ``dist.tarball``
with ``dist.integrity`` or ``dist.shasum``
(https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md).
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from conformance_cli.fhir.packages.canonical import by_version
from conformance_cli.fhir.packages.errors import OfflineError, RegistryError
from conformance_cli.fhir.packages.references import LATEST, Reference, chosen
from conformance_cli.fhir.packages.transfer import NotThereError, Transfer, checked_url

Json = Any

DEFAULT_REGISTRIES = ("https://packages.fhir.org",)
_STRENGTH = ("sha512", "sha384", "sha256", "sha1")
_SHOWN_VERSIONS = 8


@dataclass(frozen=True, slots=True)
class Promise:
    """A digest that an archive has to have; ``value`` is hexadecimal."""

    algorithm: str
    value: str


@dataclass(frozen=True, slots=True)
class Release:
    """A version of a package, as a registry has it."""

    name: str
    version: str
    registry: str
    tarball: str
    #: Absent where the registry promises nothing.
    promise: Promise | None = None

    @property
    def reference(self) -> str:
        """``name@version``."""
        return f"{self.name}@{self.version}"


class Registries:
    """Registries in the order in which they are asked."""

    def __init__(self, urls: Sequence[str], transfer: Transfer) -> None:
        """Raises ``RegistryError`` where one of the URLs cannot be used."""
        self._urls = tuple(checked_url(url).rstrip("/") for url in urls)
        self._transfer = transfer

    def find(self, wanted: Reference) -> Release:
        """The release that a reference means, of the first registry that has one.

        Raises:
            OfflineError: no registry has it, and one could not be asked.
            RegistryError: no registry has it, or one does not answer as it should.

        """
        others: set[str] = set()
        offline: OfflineError | None = None
        for url in self._urls:
            try:
                document = self._transfer.document(f"{url}/{wanted.name}")
            except NotThereError:
                continue
            except OfflineError as error:
                offline = error
                continue
            versions = _versions(document, url)
            version = _chosen(document, versions, wanted.version)
            if version:
                return _release(url, Reference(wanted.name, version), versions[version])
            others |= set(versions)
        raise offline or _not_found(wanted, others, self._urls)


def _versions(document: Json, url: str) -> Mapping[str, Json]:
    found = document.get("versions") if isinstance(document, dict) else None
    if not isinstance(found, dict):
        raise RegistryError(
            "the registry's answer lists no versions", url, "check that it is a package registry"
        )
    return found


def _chosen(document: Json, versions: Mapping[str, Json], wanted: str) -> str | None:
    if wanted == LATEST:
        tags = document.get("dist-tags")
        tagged = tags.get(LATEST) if isinstance(tags, dict) else None
        if isinstance(tagged, str) and tagged in versions:
            return tagged
    return chosen(versions, wanted)


def _release(registry: str, found: Reference, about: Json) -> Release:
    about = about if isinstance(about, dict) else {}
    dist = about.get("dist")
    dist = dist if isinstance(dist, dict) else {}
    place = next(
        (value for value in (dist.get("tarball"), about.get("url")) if isinstance(value, str)),
        f"{registry}/{found.name}/{found.version}",
    )
    tarball = _encrypted(urljoin(f"{registry}/", place), registry)
    return Release(found.name, found.version, registry, tarball, _promise(dist))


def _encrypted(url: str, registry: str) -> str:
    """Registries list addresses from before they had certificates."""
    parts = urlsplit(url)
    if parts.scheme == "http" and urlsplit(registry).scheme == "https":
        return urlunsplit(parts._replace(scheme="https"))
    return url


def _promise(dist: Mapping[str, Json]) -> Promise | None:
    """The strongest digest: of ``integrity`` (https://www.w3.org/TR/SRI/), else ``shasum``."""
    found: dict[str, str] = {}
    integrity, shasum = dist.get("integrity"), dist.get("shasum")
    if isinstance(integrity, str):
        for algorithm, value in re.findall(r"(sha\d{3})-([A-Za-z0-9+/=]+)", integrity[:2000]):
            found[algorithm] = _hexadecimal(value)
    if isinstance(shasum, str) and re.fullmatch(r"[0-9a-fA-F]{40}", shasum):
        found["sha1"] = shasum.lower()
    return next((Promise(name, found[name]) for name in _STRENGTH if found.get(name)), None)


def _hexadecimal(value: str) -> str:
    try:
        return b64decode(value, validate=True).hex()
    except ValueError:
        return ""


def _not_found(wanted: Reference, others: set[str], urls: Sequence[str]) -> RegistryError:
    if not others:
        return NotThereError(
            f'no registry has a package "{wanted.name}"',
            ", ".join(urls),
            "check the name, or name another registry with --registry",
        )
    newest = sorted(others, key=by_version, reverse=True)
    shown = ", ".join(newest[:_SHOWN_VERSIONS]) + (", ..." if len(newest) > _SHOWN_VERSIONS else "")
    return NotThereError(
        f"{wanted.name} has no version {wanted.version}", ", ".join(urls), f"it has {shown}"
    )
