"""The options that commands share, each declared once.

An option has one name everywhere: flag, configuration key, environment variable and
report field.  Its environment variable is ``CONFORMANCE_`` and the flag in capitals.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from conformance_cli.cli import complete
from conformance_cli.cli.help import Option, Setting
from conformance_cli.cli.values import commas, pair, report_target

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Decorator = Callable[[Decorated], Decorated]

TARGET, SELECT, SAFETY, NETWORK = "Target", "Selection", "Safety", "Network"
JUDGEMENT, OUTPUT = "Judgement", "Output"
DEFINITIONS = "Definitions"


def option(
    section: str, *flags: str, env: bool = True, cls: type[Option] = Option, **extra: Any
) -> Decorator[Any]:
    """Declare an option under a heading, with its environment variable."""
    name = next(flag for flag in flags if flag.startswith("--"))
    if env:
        extra["envvar"] = "CONFORMANCE_" + name[2:].replace("-", "_").upper()
    return click.option(*flags, cls=cls, section=section, show_envvar=env, **extra)


def setting(section: str, *flags: str, **extra: Any) -> Decorator[Any]:
    """Declare an option that is a key of the configuration too."""
    return option(section, *flags, cls=Setting, **extra)


def given() -> dict[str, Any]:
    """What was said on the command line itself: neither environment nor defaults.

    The configuration reads the environment on its own, so that it can say where each
    value came from.
    """
    ctx = click.get_current_context()
    return {
        name: value
        for name, value in ctx.params.items()
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }


def applied(*decorators: Decorator[Any]) -> Decorator[Any]:
    """Several options as one decorator, shown in the order given."""

    def decorate(function: Decorated) -> Decorated:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


profile_argument = click.argument(
    "profile", metavar="[PROFILE]", required=False, shell_complete=complete.profiles
)

target_options = applied(
    setting(TARGET, "-e", "--endpoint", metavar="URL", help="Base URL of the endpoint under test."),
    setting(
        TARGET, "--environment", metavar="NAME", help="Use this block of the file's environments."
    ),
    setting(
        TARGET, "--fixture", "fixture", metavar="NAME=VALUE", multiple=True, type=pair,
        help="Local value of a fixture. Repeatable.", shell_complete=complete.fixtures,
    ),
    setting(
        TARGET, "--option", "option", metavar="NAME=true|false", multiple=True, type=pair,
        help="Whether the product offers an option. Repeatable.", shell_complete=complete.options,
    ),
    setting(TARGET, "--product", metavar="NAME", help="Product that is tested."),
    setting(TARGET, "--product-version", metavar="VERSION", help="Version of that product."),
    setting(TARGET, "--supplier", metavar="NAME", help="Who supplies it."),
    setting(TARGET, "--ods-code", metavar="CODE", help="ODS code of the supplier."),
)  # fmt: skip

selection_options = applied(
    setting(
        SELECT, "--pack", metavar="REF", multiple=True, type=commas,
        help="Run these packs instead of all that certify the profile. Repeatable.",
        shell_complete=complete.packs,
    ),
    setting(
        SELECT, "--include", metavar="PATTERN", multiple=True, type=commas,
        help="Only tests whose id, tag or requirement id matches (* and ?). Repeatable.",
        shell_complete=complete.requirements,
    ),
    setting(
        SELECT, "--exclude", metavar="PATTERN", multiple=True, type=commas,
        help="Leave such tests out; what they verify stays undecided. Repeatable.",
        shell_complete=complete.requirements,
    ),
    setting(
        SELECT, "--level", type=click.Choice(("shall", "should", "may")),
        help="Weakest level whose tests are wanted.  [default: may]",
    ),
    setting(
        SAFETY, "--allow", type=click.Choice(("read-only", "writes", "destructive")),
        help="What tests may do to the live system.  [default: read-only]",
    ),
)  # fmt: skip

package_options = applied(
    setting(
        DEFINITIONS, "--package", metavar="PACKAGE", multiple=True,
        shell_complete=complete.fhir_packages,
        help="Validate bodies with this FHIR package: NAME@VERSION, .tgz or folder. Repeatable.",
    ),
    setting(
        DEFINITIONS, "--package-cache", metavar="DIR", type=click.Path(),
        help="Where FHIR packages are installed.  "
        "[default: FHIR_PACKAGE_CACHE, else ~/.fhir/packages]",
    ),
)  # fmt: skip

network_options = applied(
    setting(NETWORK, "--auth", metavar="NAME", help="Authenticate with this block of the file."),
    setting(
        NETWORK, "--token-env", metavar="VAR",
        help="Authenticate with the bearer token in this environment variable.",
    ),
    setting(
        NETWORK, "--token-file", metavar="FILE", type=click.Path(),
        help="Authenticate with the bearer token in this file.",
    ),
    setting(
        NETWORK, "--ca-bundle", metavar="FILE", type=click.Path(),
        help="Certificate authorities to trust.",
    ),
    setting(
        NETWORK, "--client-cert", metavar="FILE", type=click.Path(),
        help="Client certificate for mutual TLS.",
    ),
    setting(
        NETWORK, "--client-key", metavar="FILE", type=click.Path(),
        help="Its private key.",
    ),
    setting(NETWORK, "--proxy", metavar="URL", help="Send everything through this proxy."),
    setting(
        NETWORK, "--timeout", metavar="TIME", help="For one exchange, e.g. 30s.  [default: 30s]"
    ),
    setting(NETWORK, "--rate-limit", metavar="N/UNIT", help="At most so many requests, e.g. 5/s."),
    setting(
        NETWORK, "--retries", metavar="N", type=click.IntRange(0, 10),
        help="Repeat after transport faults only; each attempt is recorded.  [default: 2]",
    ),
    setting(
        NETWORK, "--insecure", is_flag=True, default=None,
        help="Do not verify TLS. The result can never be certified.",
    ),
)  # fmt: skip

keep_bodies_option = setting(
    OUTPUT, "--keep-bodies", type=click.Choice(("none", "failures", "all")),
    help="Which bodies the evidence keeps, redacted.  [default: failures]",
)  # fmt: skip

pace_options = applied(
    setting(NETWORK, "--max-time", metavar="TIME", help="For the whole run, e.g. 30m."),
    setting(
        NETWORK, "--jobs", metavar="N", type=click.IntRange(1, 64),
        help="Read-only tests at the same time.  [default: 1]",
    ),
)  # fmt: skip

judgement_options = applied(
    setting(
        JUDGEMENT, "--gate", type=click.Choice(("run", "certify")),
        help="certify: attested requirements count too.  [default: run]",
    ),
    setting(
        JUDGEMENT, "--fail-on", type=click.Choice(("must", "should", "warning")),
        help="Weakest fault that leads to exit code 1.  [default: must]",
    ),
    setting(
        JUDGEMENT, "--basis", type=click.Choice(("specification", "suite")),
        help="suite: rules that only the official suite asks for fail too.  "
        "[default: specification]",
    ),
    setting(
        JUDGEMENT, "--waivers", metavar="FILE", type=click.Path(),
        help="Accepted deviations, each with reason and expiry.",
    ),
)  # fmt: skip

report_option = setting(
    OUTPUT, "--report", metavar="FORMAT[=PATH]", multiple=True, type=report_target,
    help="Write this report too; PATH may be - for stdout. Repeatable.",
    shell_complete=complete.formats,
)  # fmt: skip

output_dir_option = setting(
    OUTPUT, "--output-dir", metavar="DIR", type=click.Path(),
    help="Where run directories are made.  [default: conformance-results]",
)  # fmt: skip

exit_zero_option = option(
    OUTPUT, "--exit-zero", is_flag=True, help="Exit with 0 instead of 1 and 3."
)
