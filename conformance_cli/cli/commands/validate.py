"""``conformance validate``."""

from __future__ import annotations

from typing import Any

import click

from conformance_cli.cli import complete
from conformance_cli.cli.help import Command
from conformance_cli.cli.options import DEFINITIONS, JUDGEMENT, NETWORK, OUTPUT, option, setting
from conformance_cli.model.diagnostics import ExitCode

_SEVERITIES = ("fatal", "error", "warning", "information")


@click.command(
    cls=Command,
    examples=(
        ("conformance validate patient.json", "one resource"),
        ("conformance validate --package fhir.r4.ukcore.stu2@2.0.2 out/", "a folder, UK Core"),
        (
            "conformance validate --profile https://example.org/fhir/my-patient p.xml",
            "by a profile",
        ),
        ("conformance validate 'export/**/*.ndjson' --jobs 4 --format json", "an export"),
        ("conformance validate --format sarif --output out.sarif fsh-generated/", "for a CI"),
    ),
)
@click.argument(
    # what cannot be read is an issue of that input, and no reason to leave out the others
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(readable=False),
)  # fmt: skip
@option(
    DEFINITIONS,
    "--profile",
    "profiles",
    metavar="URL",
    multiple=True,
    env=False,
    help="Judge by this profile too, besides those that a resource claims. Repeatable.",
)
@setting(
    DEFINITIONS,
    "--package",
    "packages",
    metavar="PACKAGE",
    multiple=True,
    shell_complete=complete.fhir_packages,
    help="Use this package: NAME@VERSION, .tgz, folder or resource. Repeatable.  "
    "[default: [packages] of conformance.toml, else the core of --fhir-version]",
)
@setting(
    DEFINITIONS,
    "--package-cache",
    metavar="DIR",
    type=click.Path(),
    help="Where packages are installed.  [default: FHIR_PACKAGE_CACHE, else ~/.fhir/packages]",
)
@option(
    DEFINITIONS,
    "--fhir-version",
    metavar="VERSION",
    help="Validate as this version.  [default: that of the packages, else 4.0.1]",
)
@option(
    JUDGEMENT,
    "--references",
    type=click.Choice(("inside", "exists", "ignore")),
    default="inside",
    show_default=True,
    help="Follow references inside the input; call those that lead out of it errors too "
    "(exists); or follow none (ignore).",
)
@option(
    JUDGEMENT,
    "--fail-on",
    type=click.Choice(_SEVERITIES),
    default="error",
    show_default=True,
    env=False,
    help="Weakest severity that leads to exit code 1.",
)
@option(
    NETWORK,
    "--tx",
    metavar="URL",
    help="Ask this terminology server about codes that packages cannot decide.",
)
@option(
    NETWORK,
    "--second-opinion",
    metavar="URL",
    env=False,
    help="Send every input to this validator too (…/validate, or a FHIR server's base) and "
    "show both answers.",
)
@option(
    OUTPUT,
    "--format",
    "form",
    env=False,
    type=click.Choice(("pretty", "plain", "json", "operation-outcome", "sarif", "github")),
    help="Shape of the answer.  [default: pretty on a terminal, else plain]",
)
@option(
    OUTPUT,
    "--output",
    metavar="FILE",
    type=click.Path(),
    env=False,
    help="Write the answer to this file.",
)
@option(
    OUTPUT,
    "--severity",
    type=click.Choice(_SEVERITIES),
    default="information",
    show_default=True,
    env=False,
    help="Weakest severity that is shown.",
)
@option(
    OUTPUT,
    "--max-issues",
    metavar="N",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    env=False,
    help="Issues shown of one resource; all are counted.",
)
@option(
    OUTPUT, "--jobs", metavar="N", type=click.IntRange(1, 64), default=1, show_default=True,
    help="Processes to validate in; the order of results stays.",
)  # fmt: skip
def validate(**given: Any) -> ExitCode:
    """Validate FHIR resources: JSON, XML, NDJSON, folders, patterns, or - for stdin.

    Exits with 0 if all are valid, with 1 if one is not, with 2 if a file or package is
    missing. Nothing is sent anywhere, unless --tx or --second-opinion asks for it.
    """
    from conformance_cli.cli.validating.asked import run_asked

    return run_asked(given)
