"""What Tab offers for names that live in files.  A broken file offers nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from conformance_cli.load.catalogue import Catalogue
    from conformance_cli.model.pack import TestPack
    from conformance_cli.model.profile import Profile

#: Name and help of something that can be completed.
Offer = tuple[str, str]
Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def _completer(offers: Callable[[click.Context], Iterable[Offer]]) -> Completer:
    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem as Item

        from conformance_cli.model.diagnostics import ConformanceError

        try:
            found = dict(offers(ctx))
        except (ConformanceError, OSError):
            return []
        return [Item(n, help=h) for n, h in found.items() if n.startswith(incomplete)]

    return complete


def _catalogue(ctx: click.Context) -> Catalogue:
    from conformance_cli.cli.session import Session
    from conformance_cli.cli.settings import configured
    from conformance_cli.load.catalogue import Catalogue

    return Catalogue.default(configured({}, ctx.ensure_object(Session)).catalogues)


def _profiles(ctx: click.Context) -> Iterator[Offer]:
    for entry in _catalogue(ctx).profiles():
        yield f"{entry.name}@{entry.version}", entry.title
        yield entry.name, f"{entry.title}, newest active version"


def _packs(ctx: click.Context) -> Iterator[Offer]:
    for entry in _catalogue(ctx).packs():
        yield f"{entry.name}@{entry.version}", entry.title


def _chosen_profiles(ctx: click.Context) -> Iterator[Profile]:
    """The profile named on the command line so far, or the newest of each name."""
    catalogue = _catalogue(ctx)
    if wanted := ctx.params.get("profile"):
        yield catalogue.profile(wanted)
        return
    for name in dict.fromkeys(entry.name for entry in catalogue.profiles()):
        yield catalogue.profile(name)


def _chosen_packs(ctx: click.Context) -> Iterator[TestPack]:
    catalogue = _catalogue(ctx)
    if wanted := ctx.params.get("ref"):
        yield catalogue.pack(wanted)
        return
    for profile in _chosen_profiles(ctx):
        yield from catalogue.packs_for(profile)


def _requirements(ctx: click.Context) -> Iterator[Offer]:
    for profile in _chosen_profiles(ctx):
        yield from ((r.id, r.text) for r in profile.requirements)


def _fixtures(ctx: click.Context) -> Iterator[Offer]:
    for pack in _chosen_packs(ctx):
        yield from ((f"{f.name}=", f.title) for f in pack.fixtures)


def _options(ctx: click.Context) -> Iterator[Offer]:
    for profile in _chosen_profiles(ctx):
        yield from ((f"{o.name}=", o.title) for o in profile.options)


def _faults(ctx: click.Context) -> Iterator[Offer]:
    for pack in _chosen_packs(ctx):
        yield from ((f.fault, f"breaks {', '.join(f.breaks)}") for f in pack.faults)


def _explainable(ctx: click.Context) -> Iterator[Offer]:
    from conformance_cli.cli.explaining.words import OUTCOMES, VERDICTS

    yield "exit-codes", "what the exit codes mean"
    for word, explanation in (VERDICTS | OUTCOMES).items():
        yield word, explanation.meaning
    yield from _requirements(ctx)


def _built_in(_: click.Context) -> Iterator[Offer]:
    from conformance_cli.cli.explaining import built_in

    yield from ((name, "") for name in built_in.names())


def explainable(ctx: click.Context, param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Requirements and the tool's own words; of these there are very many, once one is begun."""
    found = _completer(_explainable)(ctx, param, begun)
    # nobody begins a requirement with a small letter
    if not found and begun[:1].islower():
        return _completer(_built_in)(ctx, param, begun)
    return found


def _fhir_packages(ctx: click.Context) -> Iterator[Offer]:
    from conformance_cli.cli.packages import store_of
    from conformance_cli.cli.session import Session
    from conformance_cli.cli.settings import configured

    given = {"package_cache": cache} if (cache := ctx.params.get("package_cache")) else {}
    for package in store_of(configured(given, ctx.ensure_object(Session)).packages).installed():
        yield f"{package.name}@{package.version}", ""


def fhir_packages(ctx: click.Context, param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Installed FHIR packages; files, where none begins so."""
    from click.shell_completion import CompletionItem as Item

    return _completer(_fhir_packages)(ctx, param, begun) or [Item(begun, type="file")]


def _formats(_: click.Context) -> Iterator[Offer]:
    from conformance_cli.reporting import registry

    yield from ((name, "") for name in registry.formats())


profiles = _completer(_profiles)
packs = _completer(_packs)
requirements = _completer(_requirements)
fixtures = _completer(_fixtures)
options = _completer(_options)
faults = _completer(_faults)
formats = _completer(_formats)
