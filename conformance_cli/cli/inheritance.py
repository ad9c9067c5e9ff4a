"""What a rerun or a resumed run takes over from the run before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from conformance_cli.cli.settings import was_said
from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.pack import Effect
from conformance_cli.model.run import Product, RunHeader

if TYPE_CHECKING:
    from conformance_cli.load.config import Config

#: Stands in a redacted endpoint, which cannot be called again.
_REDACTED = "[redacted"


def inherited(config: Config, header: RunHeader) -> Config:
    """The configuration with what made the earlier run what it was.

    What is said on the command line or in the environment still counts more; a file
    counts less, because it may have changed since.  Credentials, bounds and fixture
    values are in no run, and always come from the configuration.
    """

    def own(key: str) -> bool:
        return was_said(config, key)

    settings = header.settings
    run = replace(
        config.run,
        level=config.run.level if own("run.level") else settings.level,
        allow=config.run.allow if own("run.allow") else Effect(settings.allow),
        basis=config.run.basis if own("run.basis") else settings.basis,
        include=config.run.include if own("run.include") else settings.include,
        exclude=config.run.exclude if own("run.exclude") else settings.exclude,
        keep_bodies=config.run.keep_bodies if own("run.keep-bodies") else settings.keep_bodies,
    )
    gate = replace(
        config.gate,
        mode=config.gate.mode if own("gate.mode") else settings.gate,
        fail_on=config.gate.fail_on if own("gate.fail-on") else settings.fail_on,
    )
    said = {name: value for name, value in config.options.items() if own(f"options.{name}")}
    keeps_profile = not own("profile")
    packs = tuple(pack.ref for pack in header.packs)
    return replace(
        config,
        profile=header.profile.ref if keeps_profile else config.profile,
        packs=packs if keeps_profile and not own("packs") else config.packs,
        endpoint=config.endpoint if own("endpoint") else _endpoint(config, header),
        product=_product(config, header.product),
        options={**settings.options, **said} if keeps_profile else config.options,
        run=run,
        gate=gate,
    )


def same_run(before: RunHeader, now: RunHeader, directory: Path) -> None:
    """See to it that a resumed run goes on as it began.

    Raises:
        ConformanceError: ``resume-differs``, with everything that differs.

    """
    old, new = before.settings, replace(now.settings, jobs=before.settings.jobs)
    pairs = {
        "the profile": (before.profile.digest, now.profile.digest),
        "a test pack": ([p.digest for p in before.packs], [p.digest for p in now.packs]),
        "the endpoint": (before.endpoint, now.endpoint),
        "which fixtures are given": (old.fixtures, new.fixtures),
        "the options of the product": (dict(old.options), dict(new.options)),
        "the tests": (before.planned, now.planned),
        "the settings": (
            replace(old, fixtures=(), options={}, requested_profile=""),
            replace(new, fixtures=(), options={}, requested_profile=""),
        ),
    }
    different = [name for name, (was, is_now) in pairs.items() if was != is_now]
    if different:
        raise ConformanceError.of(
            "resume-differs",
            f"the run cannot go on as it began: {', '.join(different)} changed since",
            place=str(directory),
            hint="give what was given then, or start anew with --rerun",
        )


def _endpoint(config: Config, header: RunHeader) -> str | None:
    return config.endpoint if _REDACTED in header.endpoint else header.endpoint


def _product(config: Config, before: Product) -> Product:
    now = config.product
    return Product(
        name=now.name or before.name,
        version=now.version or before.version,
        supplier=now.supplier or before.supplier,
        ods_code=now.ods_code or before.ods_code,
    )
