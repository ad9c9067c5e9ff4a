"""``conformance pack``: list, show, write, lint and prove test packs."""

from __future__ import annotations

from pathlib import Path

import click

from conformance_cli.cli import complete
from conformance_cli.cli.help import Command
from conformance_cli.cli.lazy import Entry, LazyGroup
from conformance_cli.cli.options import OUTPUT, SELECT, option
from conformance_cli.cli.output import answer, answer_json, say, table
from conformance_cli.model.diagnostics import ExitCode

pack = LazyGroup(
    name="pack",
    help="Test packs: the tests that verify a profile's requirements.",
    entries=(
        Entry("list", "pack:list_packs", "All packs, and what they certify."),
        Entry("show", "pack:show", "What a pack proves, tests and cannot test."),
        Entry("fixtures", "pack:fixtures", "The test data that a pack needs, as a sheet to fill."),
        Entry("new", "pack:new", "Begin a profile and a pack of your own."),
        Entry("lint", "pack:lint", "Is a pack right? For authors."),
        Entry("test", "pack:test", "Plant every fault and see it caught, under the right name."),
    ),
)


@click.command("list", cls=Command, examples=(("conformance pack list", "what is at hand"),))
@option(
    OUTPUT, "--format", "form", type=click.Choice(("text", "json")), default="text",
    show_default=True, help="Shape of the answer.", env=False,
)  # fmt: skip
def list_packs(form: str) -> ExitCode:
    """List every pack that can be found."""
    from conformance_cli.cli.definitions import catalogue

    entries = catalogue().packs()
    if form == "json":
        answer_json(
            [
                {"name": e.name, "version": e.version, "certifies": e.certifies, "title": e.title}
                for e in entries
            ]
        )
    else:
        rows = [(f"{e.name}@{e.version}", ", ".join(e.certifies), e.title) for e in entries]
        answer(table(("PACK", "CERTIFIES", "TITLE"), rows))
    return ExitCode.OK


@click.command(
    cls=Command,
    examples=(
        ("conformance pack show bars", "coverage of every requirement, with totals"),
        ("conformance pack show bars --format markdown > COVERAGE.md", "for documents"),
        ("conformance pack show bars --tests", "every test and what it verifies"),
    ),
)
@click.argument("ref", shell_complete=complete.packs)
@option(
    SELECT,
    "--profile",
    "profile_ref",
    metavar="REF",
    env=False,
    help="Measure against this profile instead of the newest one that it certifies.",
    shell_complete=complete.profiles,
)
@option(SELECT, "--tests", is_flag=True, help="List the tests instead.", env=False)
@option(
    OUTPUT, "--format", "form", type=click.Choice(("text", "json", "markdown")), default="text",
    show_default=True, help="Shape of the answer.", env=False,
)  # fmt: skip
def show(*, ref: str, profile_ref: str | None, tests: bool, form: str) -> ExitCode:
    """Show the pack REF: NAME, NAME@VERSION or a folder.

    A requirement is proven where a test verifies it and a planted fault shows that test
    fail; tested where there is only a test; attested where only a person can tell.
    """
    from conformance_cli.cli import pack_view
    from conformance_cli.cli.definitions import catalogue, certified_profiles, find_pack

    known = catalogue()
    found = find_pack(known, ref)
    if tests:
        shape = {"json": pack_view.tests_json, "markdown": pack_view.tests_markdown}
        answer(shape.get(form, pack_view.tests_text)(found))
        return ExitCode.OK
    profiles = (known.profile(profile_ref),) if profile_ref else certified_profiles(known, found)
    shape_of = {"json": pack_view.as_json, "markdown": pack_view.as_markdown}
    answer(shape_of.get(form, pack_view.as_text)(found, profiles))
    return ExitCode.OK


@click.command(
    cls=Command,
    examples=(
        ("conformance pack fixtures bars", "to read"),
        ("conformance pack fixtures bars --format csv > fixtures.csv", "to fill in"),
    ),
)
@click.argument("ref", shell_complete=complete.packs)
@option(
    OUTPUT, "--format", "form", type=click.Choice(("markdown", "csv", "json")), default="markdown",
    show_default=True, help="Shape of the sheet.", env=False,
)  # fmt: skip
def fixtures(ref: str, form: str) -> ExitCode:
    """Print the fixtures of pack REF: what each is for, and what its data must look like."""
    from conformance_cli.cli import pack_view
    from conformance_cli.cli.definitions import catalogue, find_pack

    found = find_pack(catalogue(), ref)
    shape = {"csv": pack_view.fixtures_csv, "json": pack_view.fixtures_json}
    answer(shape.get(form, pack_view.fixtures_markdown)(found).rstrip("\n"))
    return ExitCode.OK


@click.command(
    cls=Command,
    examples=(("conformance pack new acme-orders --dir standards", "then edit, lint and test it"),),
)
@click.argument("name")
@option(
    OUTPUT, "--dir", "target", metavar="DIR", type=click.Path(path_type=Path), default=Path(),
    help="Where to put profiles/ and test_packs/.  [default: here]", env=False,
)  # fmt: skip
def new(name: str, target: Path) -> ExitCode:
    """Write a small profile and pack called NAME that lint and can be changed."""
    from conformance_cli.cli.files import writing
    from conformance_cli.load.scaffold import new_pack

    with writing(target):
        written = new_pack(name, target)
    for path in written:
        answer(str(path))
    folder = next((p.parent for p in written if p.name == "pack.yaml"), target)
    say(f"Next    conformance pack lint {folder} --catalogue {target}")
    return ExitCode.OK


@click.command(
    cls=Command,
    examples=(("conformance pack lint test_packs/acme/1.0.0 --catalogue .", "before you commit"),),
)
@click.argument("path", type=click.Path(path_type=Path))
def lint(path: Path) -> ExitCode:
    """Check the pack in the folder PATH. Exits with 1 if anything is wrong."""
    from conformance_cli.cli.definitions import catalogue
    from conformance_cli.cli.linting import existing, report
    from conformance_cli.load.lint import lint_pack

    folder = existing(path, "pack.yaml").parent
    return report(lint_pack(folder, catalogue()), folder)


@click.command(
    cls=Command,
    examples=(
        ("conformance pack test bars", "every fault, in parallel"),
        ("conformance pack test test_packs/acme/1.0.0 --fault drops-echo", "one fault of yours"),
    ),
)
@click.argument("ref", shell_complete=complete.packs)
@option(
    SELECT,
    "--fault",
    "faults",
    metavar="NAME",
    multiple=True,
    env=False,
    help="Only this fault. Repeatable.",
    shell_complete=complete.faults,
)
@option(
    SELECT,
    "--profile",
    "profile_ref",
    metavar="REF",
    env=False,
    help="Judge over this profile instead of the newest one that it certifies.",
    shell_complete=complete.profiles,
)
@option(
    SELECT,
    "--jobs",
    metavar="N",
    type=click.IntRange(1, 64),
    help="Faults at the same time, each in a process.  [default: one per processor]",
)
@option(
    OUTPUT, "--format", "form", type=click.Choice(("text", "json", "markdown")), default="text",
    show_default=True, help="Shape of the answer.", env=False,
)  # fmt: skip
def test(
    ref: str, faults: tuple[str, ...], profile_ref: str | None, jobs: int | None, form: str
) -> ExitCode:
    """Prove the pack REF against its reference supplier.

    The conformant supplier must pass. Each planted fault must be caught, and blamed on
    the requirements that the pack says it breaks, and on no other. Exits with 1 if not.
    """
    import os

    from conformance_cli.cli.definitions import catalogue, certified_profiles, find_pack
    from conformance_cli.cli.proof import report as shapes
    from conformance_cli.cli.proof.bout import Bout, prove

    known = catalogue()
    found = find_pack(known, ref)
    profiles = (known.profile(profile_ref),) if profile_ref else certified_profiles(known, found)
    bouts = [Bout.of(found, profile, faults) for profile in profiles]
    proofs = [prove(bout, jobs or os.cpu_count() or 1, shapes.progress) for bout in bouts]
    shape = {"json": shapes.as_json, "markdown": shapes.as_markdown}
    answer(shape.get(form, shapes.as_text)(proofs))
    return ExitCode.OK if all(proof.holds for proof in proofs) else ExitCode.NOT_CONFORMANT
