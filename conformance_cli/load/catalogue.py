"""The profiles and packs at hand: those that come with the tool, and further folders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar

from conformance_cli.load.headers import read_header
from conformance_cli.load.problems import did_you_mean
from conformance_cli.load.references import ANY, LATEST, Reference, includes, newest, version
from conformance_cli.load.resources import data_root
from conformance_cli.model.diagnostics import ConformanceError, DefinitionError
from conformance_cli.model.pack import TestPack
from conformance_cli.model.profile import Profile, ProfileStatus

#: Entry point group: each names a folder (``Path``, text, or a function that gives one).
GROUP = "conformance.catalogues"


@dataclass(frozen=True, slots=True)
class ProfileEntry:
    """A profile that can be loaded."""

    name: str
    version: str
    title: str
    status: ProfileStatus
    #: Its ``profile.yaml``.
    path: Path


@dataclass(frozen=True, slots=True)
class PackEntry:
    """A pack that can be loaded."""

    name: str
    version: str
    title: str
    #: ``name@range`` of the profiles that it certifies.
    certifies: tuple[str, ...]
    #: Its folder.
    path: Path


_NO_SUCH = "no version fits that is not retired"
_WHY_NOT = {LATEST: "none of its versions is active", ANY: "all of its versions are retired"}


class _Named(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def path(self) -> Path: ...


_Entry = TypeVar("_Entry", bound=_Named)
_Loaded = TypeVar("_Loaded")


class Catalogue:
    """Finds profiles and packs by name and version in a few folders.

    A folder is a catalogue when it holds ``profiles/`` or ``test_packs/``.  The same name
    and version in two of them is an error: nobody could tell which one was run.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = tuple(dict.fromkeys(folder.resolve() for folder in folders))

    @classmethod
    def default(cls, extra: Sequence[Path] = ()) -> Catalogue:
        """What comes with the tool and with installed packages, and the ``extra`` folders.

        Raises:
            ConformanceError: ``catalogue-not-found`` where a folder is none.

        """
        for folder in extra:
            if not any((folder / inner).is_dir() for inner in ("profiles", "test_packs")):
                raise ConformanceError.of(
                    "catalogue-not-found",
                    f"{folder} is no catalogue: it holds neither profiles/ nor test_packs/",
                    place=str(folder),
                    hint="give the folder that holds them",
                )
        return cls((data_root(), *_installed(), *extra))

    def profiles(self) -> tuple[ProfileEntry, ...]:
        """Every profile, by name and newest version first."""
        return self._profiles

    def packs(self) -> tuple[PackEntry, ...]:
        """Every pack, by name and newest version first."""
        return self._packs

    def profile(self, ref: str) -> Profile:
        """Load a profile.

        ``bars@latest`` is the newest active version; ``bars`` too, or the newest draft where
        none is active; ``bars@1.0.0`` is that one; ``bars@^1`` the newest that fits, active
        ones first and never a retired one.

        Raises:
            ConformanceError: ``profile-not-found``, with the nearest name or the versions.
            DefinitionError: its files are broken.

        """
        return self._load_profile(ref, ())

    def pack(self, ref: str) -> TestPack:
        """Load a pack, named as a profile is.

        Raises:
            ConformanceError: ``pack-not-found``, with the nearest name or the versions.
            DefinitionError: its files are broken.

        """
        return self._load_pack(self._find_pack(ref))

    def packs_for(self, profile: Profile) -> tuple[TestPack, ...]:
        """The newest version of every pack that certifies a profile.

        Raises:
            DefinitionError: one is broken, or names a requirement or option that no
                profile it certifies has.

        """
        fitting = [e for e in self._packs if self.certifies(e, profile.name, profile.version)]
        best = (
            _pick([e for e in fitting if e.name == name], newest(_versions(fitting, name)))
            for name in dict.fromkeys(e.name for e in fitting)
        )
        return tuple(self._checked(entry, profile) for entry in best)

    def certified_by(self, pack: PackEntry | TestPack) -> tuple[ProfileEntry, ...]:
        """Every profile version that a pack certifies."""
        return tuple(e for e in self._profiles if self.certifies(pack, e.name, e.version))

    @staticmethod
    def certifies(pack: PackEntry | TestPack, name: str, profile_version: str) -> bool:
        """Whether a pack says that it certifies a version of a profile."""
        references = (Reference.parse(text) for text in pack.certifies)
        return any(r.name == name and includes(r.versions, profile_version) for r in references)

    def find_profile(self, ref: str) -> ProfileEntry:
        """The profile that a reference means, without loading it."""
        wanted = Reference.parse(ref)
        named = _named(self._profiles, wanted, "profile")
        exact = [e for e in named if e.version == wanted.versions]
        if exact:
            return exact[0]
        active = [e for e in named if e.status is ProfileStatus.ACTIVE]
        if wanted.versions == LATEST:
            fitting = active
        else:
            fitting = [
                e
                for e in named
                if e.status is not ProfileStatus.RETIRED and includes(wanted.versions, e.version)
            ]
        best = [e for e in fitting if e in active] or fitting
        if not best:
            raise _not_found("profile", wanted, named, _WHY_NOT.get(wanted.versions, _NO_SUCH))
        return _pick(best, newest(e.version for e in best))

    def _find_pack(self, ref: str) -> PackEntry:
        wanted = Reference.parse(ref)
        named = _named(self._packs, wanted, "pack")
        if wanted.versions in (ANY, LATEST):
            fitting = named
        else:
            fitting = [e for e in named if includes(wanted.versions, e.version)]
        if not fitting:
            raise _not_found("pack", wanted, named, "it has no such version")
        return _pick(fitting, newest(e.version for e in fitting))

    def _load_profile(self, ref: str, above: tuple[str, ...]) -> Profile:
        from conformance_cli.load.profiles import load_profile

        entry = self.find_profile(ref)
        name = f"{entry.name}@{entry.version}"
        if name in above:
            chain = " → ".join((*above, name))
            raise DefinitionError.of(
                "extends-cycle",
                f"profiles extend each other: {chain}",
                place=str(entry.path),
                hint="a profile must not extend itself, directly or by way of others",
            )
        return load_profile(entry.path, lambda base: self._load_profile(base, (*above, name)))

    def pack_folder(self, ref: str) -> Path:
        """Where the pack is that a reference means."""
        return self._find_pack(ref).path

    def having(self, folder: Path) -> Catalogue:
        """The same catalogue and, where ``folder`` is part of another one, that one too.

        For files that are looked at in place: what they refer to is often their neighbour.
        """
        for parent in folder.resolve().parents:
            if parent.name in ("profiles", "test_packs"):
                return Catalogue((*self._folders, parent.parent))
        return self

    def _load_pack(self, entry: PackEntry) -> TestPack:
        from conformance_cli.load.packs import build_pack

        return build_pack(entry.path, self.pack_folder).pack

    def _checked(self, entry: PackEntry, profile: Profile) -> TestPack:
        from conformance_cli.load.mentions import unknown_mentions
        from conformance_cli.load.packs import build_pack

        built = build_pack(entry.path, self.pack_folder)
        others = (e for e in self.certified_by(entry) if e.version != profile.version)
        problems = unknown_mentions(
            built.index, profile, lambda: [self.profile(f"{e.name}@{e.version}") for e in others]
        )
        if problems:
            raise DefinitionError(*problems)
        return built.pack

    @cached_property
    def _profiles(self) -> tuple[ProfileEntry, ...]:
        paths = self._paths("profiles", "profile.yaml")
        return _ordered((_profile_entry(path) for path in paths), "profile")

    @cached_property
    def _packs(self) -> tuple[PackEntry, ...]:
        paths = self._paths("test_packs", "pack.yaml")
        return _ordered((_pack_entry(path) for path in paths), "pack")

    def _paths(self, kind: str, file: str) -> Iterator[Path]:
        for folder in self._folders:
            yield from sorted((folder / kind).glob(f"*/*/{file}"))


def _profile_entry(path: Path) -> ProfileEntry:
    header = _header(path, "profile", "status")
    try:
        status = ProfileStatus(header["status"])
    except ValueError:
        raise _broken(path, f'its status is "{header["status"]}"') from None
    return ProfileEntry(header["profile"], header["version"], header["title"], status, path)


def _pack_entry(path: Path) -> PackEntry:
    header = _header(path, "pack", "certifies")
    certifies = header["certifies"]
    if not isinstance(certifies, list) or not all(isinstance(one, str) for one in certifies):
        raise _broken(path, "certifies is no list of profiles")
    name, title = header["pack"], header["title"]
    return PackEntry(name, header["version"], title, tuple(certifies), path.parent)


def _header(path: Path, name: str, key: str) -> dict[str, Any]:
    header = read_header(path, {name, "version", "title", key})
    for wanted in (name, "version", "title"):
        if not isinstance(header.get(wanted), str):
            raise _broken(path, f'its "{wanted}" is missing or no text in quotes')
    if key not in header:
        raise _broken(path, f'its "{key}" is missing')
    try:
        version(header["version"])
    except ValueError:
        raise _broken(path, f'its version is "{header["version"]}", not like 1.0.0') from None
    return header


def _broken(path: Path, why: str) -> DefinitionError:
    kind = "profile" if path.name == "profile.yaml" else "pack"
    return DefinitionError.of(
        "broken-header",
        f"this {kind} cannot be listed: {why}",
        place=str(path),
        hint=f"run conformance {kind} lint on it",
    )


def _ordered(entries: Iterable[_Entry], kind: str) -> tuple[_Entry, ...]:
    found: dict[tuple[str, str], _Entry] = {}
    for entry in entries:
        first = found.setdefault((entry.name, entry.version), entry)
        if first is not entry:
            raise ConformanceError.of(
                f"duplicate-{kind}",
                f"there are two {kind}s {entry.name}@{entry.version}; the other is {first.path}",
                place=str(entry.path),
                hint="remove one, or give it another version",
            )
    by_version = sorted(found.values(), key=lambda e: version(e.version), reverse=True)
    return tuple(sorted(by_version, key=lambda e: e.name))


def _named(entries: Sequence[_Entry], wanted: Reference, kind: str) -> list[_Entry]:
    named = [e for e in entries if e.name == wanted.name]
    if not named:
        names = dict.fromkeys(e.name for e in entries)
        raise ConformanceError.of(
            f"{kind}-not-found",
            f'no {kind} is called "{wanted.name}"',
            hint=did_you_mean(wanted.name, names, f"{kind}s"),
        )
    return named


def _not_found(kind: str, wanted: Reference, named: Sequence[_Named], why: str) -> ConformanceError:
    versions = ", ".join(_described(entry) for entry in named)
    return ConformanceError.of(
        f"{kind}-not-found",
        f"there is no {kind} {wanted}: {why}",
        hint=f"versions of {wanted.name}: {versions}",
    )


def _described(entry: _Named) -> str:
    status = getattr(entry, "status", None)
    return f"{entry.version} ({status.value})" if status else entry.version


def _versions(entries: Iterable[_Named], name: str) -> list[str]:
    return [e.version for e in entries if e.name == name]


def _pick(entries: Iterable[_Entry], wanted: str) -> _Entry:
    return next(e for e in entries if e.version == wanted)


def _installed() -> Iterator[Path]:
    """The folders that installed packages bring, by entry point."""
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP):
        try:
            found: Path | str | Callable[[], Path | str] = point.load()
            yield Path(found() if callable(found) else found)
        except Exception as error:
            raise ConformanceError.of(
                "catalogue-not-loadable",
                f'the catalogue "{point.name}" of an installed package cannot be used: {error}',
                place=point.value,
                hint="uninstall the package, or report it to its author",
            ) from error
