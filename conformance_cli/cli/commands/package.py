"""``conformance package``: install and list FHIR packages."""

from __future__ import annotations

from typing import Any

import click

from conformance_cli.cli.help import Command
from conformance_cli.cli.lazy import Entry, LazyGroup
from conformance_cli.cli.options import DEFINITIONS, NETWORK, OUTPUT, given, option, setting
from conformance_cli.model.diagnostics import ExitCode

package = LazyGroup(
    name="package",
    help="FHIR packages: the definitions that resources are validated by.",
    entries=(
        Entry("list", "package:list_packages", "All packages that are installed."),
        Entry("install", "package:install", "Fetch packages and what they depend on."),
    ),
)

cache_option = setting(
    DEFINITIONS, "--package-cache", metavar="DIR", type=click.Path(),
    help="Where packages are installed.  [default: FHIR_PACKAGE_CACHE, else ~/.fhir/packages]",
)  # fmt: skip


@click.command(
    "list",
    cls=Command,
    examples=(
        ("conformance package list", "what validation can use"),
        ("conformance package list --format json", "with folders and dependencies"),
    ),
)
@cache_option
@option(
    OUTPUT, "--format", "form", type=click.Choice(("text", "json")), default="text",
    show_default=True, help="Shape of the answer.", env=False,
)  # fmt: skip
def list_packages(*, form: str, **_: Any) -> ExitCode:
    """List the FHIR packages in the package cache, whichever tool installed them."""
    from conformance_cli.cli.output import answer, answer_json
    from conformance_cli.cli.packages import as_json, as_text, store_of
    from conformance_cli.cli.settings import configured

    store = store_of(configured(given()).packages)
    if form == "json":
        answer_json(as_json(store))
    else:
        answer(as_text(store))
    return ExitCode.OK


@click.command(
    cls=Command,
    examples=(
        ("conformance package install hl7.fhir.r4.core@4.0.1", "the definitions of FHIR R4"),
        ("conformance package install fhir.r4.ukcore.stu2@2.0.x", "the newest patch of UK Core"),
        (
            "conformance package install acme.profiles@1.0.0 --registry https://packages.example",
            "from a registry of your own",
        ),
    ),
)
@click.argument("packages", metavar="NAME@VERSION...", nargs=-1, required=True)
@setting(
    NETWORK, "--registry", metavar="URL", multiple=True,
    help="Fetch from this package registry. Repeatable; asked in order.  "
    "[default: https://packages.fhir.org]",
)  # fmt: skip
@cache_option
@setting(
    DEFINITIONS, "--lock", metavar="FILE", type=click.Path(),
    help="Where digests are recorded and checked.  "
    "[default: conformance-packages.lock beside conformance.toml, else here]",
)  # fmt: skip
def install(*, packages: tuple[str, ...], **_: Any) -> ExitCode:
    """Install FHIR packages, and what they depend on, into the package cache.

    VERSION may be a version, 1.0.x, or latest (as is meant without one). What is installed
    already is left as it is.
    The lock file records the digest of each package; a package that is not the same next
    time is refused. Proxies are those of the environment (HTTPS_PROXY, NO_PROXY).
    """
    from conformance_cli.cli.packages import install_all
    from conformance_cli.cli.settings import configured

    return install_all(packages, configured(given()))
