"""``conformance init``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conformance_cli.cli.help import Command
from conformance_cli.cli.options import OUTPUT, TARGET, option, profile_argument
from conformance_cli.cli.output import answer, say
from conformance_cli.cli.session import current
from conformance_cli.model.diagnostics import ConformanceError, ExitCode

if TYPE_CHECKING:
    from conformance_cli.load.catalogue import Catalogue

_SCHEMES = ("none", "bearer", "basic", "api-key", "client-credentials")


@click.command(
    cls=Command,
    examples=(
        ("conformance init", "asks what it needs to know"),
        ("conformance init bars -e https://provider.example/fhir --yes", "asks nothing"),
        ("conformance init -c int.toml", "writes another file"),
    ),
)
@profile_argument
@option(TARGET, "-e", "--endpoint", metavar="URL", help="Base URL of your endpoint.", env=False)
@option(TARGET, "--product", metavar="NAME", help="Your product.", env=False)
@option(TARGET, "--product-version", metavar="VERSION", help="Its version.", env=False)
@option(
    TARGET,
    "--auth",
    type=click.Choice(_SCHEMES),
    env=False,
    help="How requests are authenticated.",
)
@option(OUTPUT, "-y", "--yes", is_flag=True, env=False, help="Ask nothing.")
@option(OUTPUT, "--force", is_flag=True, env=False, help="Overwrite the file.")
def init(
    *,
    profile: str | None,
    endpoint: str | None,
    product: str | None,
    product_version: str | None,
    auth: str | None,
    yes: bool,
    force: bool,
) -> ExitCode:
    """Write a commented conformance.toml for PROFILE.

    It lists the fixtures and options of the profile for you to fill in. Secrets have no
    place in it: they are named as env:NAME or file:PATH.
    """
    import sys
    from pathlib import Path

    from conformance_cli.cli.files import write_text
    from conformance_cli.load.catalogue import Catalogue
    from conformance_cli.load.scaffold import Answers, initial_config
    from conformance_cli.model.run import Product

    session = current()
    path = session.config or Path("conformance.toml")
    if path.exists() and not force:
        raise ConformanceError.of(
            "already-there",
            f"{path} is there already",
            place=str(path),
            hint="edit it, or overwrite it with --force",
        )
    known = Catalogue.default(session.catalogues)
    asking = not yes and sys.stdin.isatty()
    if asking:
        profile = profile or _asked_profile(known)
        endpoint = endpoint or _asked("Base URL of your endpoint (empty: fill in later)")
        product = product or _asked("Name of your product (empty: fill in later)")
        auth = auth or click.prompt(
            "How are requests authenticated", type=click.Choice(_SCHEMES), default="none", err=True
        )
    chosen = known.profile(profile or _first_profile(known))
    packs = known.packs_for(chosen)
    fixtures = {fixture.name: fixture for pack in packs for fixture in pack.fixtures}
    text = initial_config(
        Answers(
            profile=chosen.ref,
            endpoint=endpoint or "",
            product=Product(name=product or "", version=product_version or ""),
            auth=auth or "none",
            fixtures=tuple(fixtures.values()),
            options=chosen.options,
        )
    )
    write_text(path, text)
    answer(str(path))
    missing = sum(fixture.default is None for fixture in fixtures.values())
    say(f"Fill in {missing} fixtures and what is commented out.  Next    conformance check")
    return ExitCode.OK


def _first_profile(known: Catalogue) -> str:
    entries = known.profiles()
    active = (e for e in entries if e.status.value == "active")
    first = next(active, entries[0] if entries else None)
    if first is None:
        raise ConformanceError.of(
            "profile-missing", "there is no profile", hint="add a folder with --catalogue DIR"
        )
    return f"{first.name}@{first.version}"


def _asked_profile(known: Catalogue) -> str:
    for entry in known.profiles():
        status = entry.status.value
        click.echo(f"  {entry.name}@{entry.version}  {entry.title} ({status})", err=True)
    answered: str = click.prompt("Profile", default=_first_profile(known), err=True)
    return answered


def _asked(question: str) -> str:
    answered: str = click.prompt(question, default="", show_default=False, err=True)
    return answered.strip()
