"""From a configuration to a plan: which profile, which packs, which tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from conformance_cli.cli import diagnostics
from conformance_cli.cli.session import current
from conformance_cli.cli.settings import was_said
from conformance_cli.engine.plan import Choices, Plan, make_plan
from conformance_cli.model.diagnostics import ConformanceError, Diagnostic

if TYPE_CHECKING:
    from conformance_cli.load.catalogue import Catalogue
    from conformance_cli.load.config import Config
    from conformance_cli.model.pack import TestPack
    from conformance_cli.model.profile import Profile


@dataclass(frozen=True, slots=True)
class Definitions:
    """The profile that a command is about, and the packs that verify it."""

    profile: Profile
    packs: tuple[TestPack, ...]


def definitions(config: Config) -> Definitions:
    """Load what a configuration names.

    Raises:
        ConformanceError: ``profile-missing``, ``no-pack``, ``pack-does-not-certify``, or
            what loading raises.

    """
    from conformance_cli.load.catalogue import Catalogue

    known = Catalogue.default(config.catalogues)
    if config.profile is None:
        raise _profile_missing(known)
    profile = known.profile(config.profile)
    if config.packs:
        packs = tuple(_certifying(known, reference, profile) for reference in config.packs)
    else:
        packs = known.packs_for(profile)
    if not packs:
        raise ConformanceError.of(
            "no-pack",
            f"no test pack certifies {profile.ref}",
            hint="add the folder that holds one with --catalogue DIR",
        )
    return Definitions(profile, packs)


def plan_of(config: Config, found: Definitions, only: Iterable[str] = ()) -> Plan:
    """The plan that a configuration leads to.

    Raises:
        ConformanceError: a fixture or an option was given that nobody knows.

    """
    known_fixtures = [f.name for pack in found.packs for f in pack.fixtures]
    known_options = [option.name for option in found.profile.options]
    _check_names(config, "fixtures", "fixture", config.fixtures, known_fixtures)
    _check_names(config, "options", "option", config.options, known_options)
    choices = Choices(
        allow=config.run.allow,
        include=config.run.include,
        exclude=config.run.exclude,
        level=config.run.level,
        fixtures={n: v for n, v in config.fixtures.items() if n in known_fixtures},
        options={n: v for n, v in config.options.items() if n in known_options},
        only=frozenset(only),
    )
    return make_plan(found.profile, found.packs, choices)


def endpoint_of(config: Config) -> str:
    """The base URL to test.

    Raises:
        ConformanceError: ``endpoint-missing``.

    """
    if config.endpoint is None:
        raise ConformanceError.of(
            "endpoint-missing",
            "no endpoint is named",
            hint="give --endpoint URL, or `endpoint` in conformance.toml; "
            "to see a run without one: conformance demo",
        )
    return config.endpoint


def _profile_missing(known: Catalogue) -> ConformanceError:
    entries = known.profiles()
    listed = ", ".join(f"{e.name}@{e.version} ({e.status.value})" for e in entries)
    example = next((e.name for e in entries if e.status.value == "active"), "PROFILE")
    return ConformanceError.of(
        "profile-missing",
        "no profile is named",
        hint=f"name one, e.g. conformance run {example}; there are {listed or 'none'}",
    )


def _certifying(known: Catalogue, reference: str, profile: Profile) -> TestPack:
    from conformance_cli.cli.definitions import find_pack

    pack = find_pack(known, reference)
    if known.certifies(pack, profile.name, profile.version):
        return pack
    raise ConformanceError.of(
        "pack-does-not-certify",
        f"{pack.ref} does not certify {profile.ref}",
        place=pack.path,
        hint=f"it certifies {', '.join(pack.certifies)}",
    )


def _check_names(
    config: Config, table: str, kind: str, given: Iterable[str], known: Sequence[str]
) -> None:
    """Refuse a name that was mistyped; a file may hold names of other profiles too.

    Those of a file are warned about where its own profile is the one that is used.
    """
    wrong = {name: config.origin(f"{table}.{name}") for name in given if name not in known}
    said = {n: origin for n, origin in wrong.items() if was_said(config, f"{table}.{n}")}
    if said:
        raise ConformanceError(*(_unknown(kind, n, o, known) for n, o in said.items()))
    session = current()
    own = not was_said(config, "profile")
    if wrong and own and not session.quiet:
        shown = (_unknown(kind, n, o, known) for n, o in wrong.items())
        diagnostics.show(shown, severity="warning", color=session.color)


def _unknown(kind: str, name: str, origin: str, known: Sequence[str]) -> Diagnostic:
    nearest = get_close_matches(name, known, n=1)
    there_are = f"{kind}s: {', '.join(dict.fromkeys(known)) or 'none'}"
    return Diagnostic(
        f"unknown-{kind}-name",
        f'no {kind} is called "{name}"',
        origin,
        f'did you mean "{nearest[0]}"?' if nearest else there_are,
    )
