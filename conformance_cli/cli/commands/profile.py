"""``conformance profile``: list, show, lint and compare profiles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance_cli.cli import complete
from conformance_cli.cli.help import Command
from conformance_cli.cli.lazy import Entry, LazyGroup
from conformance_cli.cli.options import OUTPUT, option
from conformance_cli.cli.output import answer, answer_json, counted, fields, table, wrapped
from conformance_cli.model.diagnostics import ExitCode

if TYPE_CHECKING:
    from conformance_cli.load.profile_diff import ProfileDiff, RequirementChange
    from conformance_cli.model.profile import Profile
    from conformance_cli.model.requirement import Requirement

profile = LazyGroup(
    name="profile",
    help="Profiles: the numbered requirements that a product is judged over.",
    entries=(
        Entry("list", "profile:list_profiles", "All profiles, their status and title."),
        Entry("show", "profile:show", "A profile's requirements, options and sources."),
        Entry("lint", "profile:lint", "Is a profile file right? For authors."),
        Entry("diff", "profile:compare", "What changed from one profile to another."),
    ),
)

format_option = option(
    OUTPUT, "--format", "form", type=click.Choice(("text", "json")), default="text",
    show_default=True, help="Shape of the answer.", env=False,
)  # fmt: skip


@click.command(
    "list",
    cls=Command,
    examples=(("conformance profile list", "what can be certified"),),
)
@format_option
def list_profiles(form: str) -> ExitCode:
    """List every profile that can be found."""
    from conformance_cli.cli.definitions import catalogue

    entries = catalogue().profiles()
    if form == "json":
        answer_json(
            [
                {"name": e.name, "version": e.version, "status": _word(e.status), "title": e.title}
                for e in entries
            ]
        )
    else:
        rows = [(f"{e.name}@{e.version}", _word(e.status), e.title) for e in entries]
        answer(table(("PROFILE", "STATUS", "TITLE"), rows))
    return ExitCode.OK


@click.command(
    cls=Command,
    examples=(
        ("conformance profile show bars", "the newest active version, requirement by requirement"),
        ("conformance profile show bars@1.0.0 --format json", "for other programs"),
    ),
)
@click.argument("ref", shell_complete=complete.profiles)
@format_option
def show(ref: str, form: str) -> ExitCode:
    """Show the profile REF: NAME, NAME@VERSION, NAME@RANGE, NAME@latest or a file."""
    from conformance_cli.cli.definitions import catalogue, find_profile

    found = find_profile(catalogue(), ref)
    if form == "json":
        answer_json(_as_json(found))
    else:
        answer(_as_text(found))
    return ExitCode.OK


@click.command(
    cls=Command,
    examples=(("conformance profile lint profiles/acme/1.0.0/profile.yaml", "before you commit"),),
)
@click.argument("path", type=click.Path(path_type=Path))
def lint(path: Path) -> ExitCode:
    """Check the profile file PATH. Exits with 1 if anything is wrong."""
    from conformance_cli.cli.definitions import catalogue
    from conformance_cli.cli.linting import existing, report
    from conformance_cli.load.lint import lint_profile

    file = existing(path, "profile.yaml")
    return report(lint_profile(file, catalogue()), file)


@click.command(
    "diff",
    cls=Command,
    examples=(("conformance profile diff bars@1.0.0 bars@latest", "what a new version asks for"),),
)
@click.argument("old", shell_complete=complete.profiles)
@click.argument("new", shell_complete=complete.profiles)
@format_option
def compare(old: str, new: str, form: str) -> ExitCode:
    """Say which requirements are new, gone or changed from OLD to NEW."""
    from conformance_cli.cli.definitions import catalogue, find_profile
    from conformance_cli.load.profile_diff import diff_profiles

    known = catalogue()
    change = diff_profiles(find_profile(known, old), find_profile(known, new))
    answer(_diff_json(change) if form == "json" else _diff_text(change))
    return ExitCode.OK


def _diff_text(change: ProfileDiff) -> str:
    lines = [f"{change.old} -> {change.new}"]
    for sign, requirements in (("+", change.added), ("-", change.removed)):
        lines += [
            wrapped(r.text, indent="    ", first=f"{sign} {r.id}  {r.level.value}  ")
            for r in requirements
        ]
    for c in change.changed:
        lines.append(wrapped(c.after.text, indent="    ", first=f"~ {c.id}  {_fields(c)}  "))
    if change.options:
        lines.append(f"~ options: {', '.join(change.options)}")
    sizes = (len(change.added), len(change.removed), len(change.changed))
    return "\n".join([*lines, "{} new, {} gone, {} changed".format(*sizes)])


def _fields(change: RequirementChange) -> str:
    moved = f"{change.before.level.value} -> {change.after.level.value}"
    named = [f"level {moved}" if name == "level" else name for name in change.fields]
    return ", ".join(named)


def _diff_json(change: ProfileDiff) -> str:
    value = {
        "old": change.old,
        "new": change.new,
        "added": [_requirement_json(r) for r in change.added],
        "removed": [_requirement_json(r) for r in change.removed],
        "changed": [
            {
                "id": c.id,
                "fields": list(c.fields),
                "stricter": c.stricter,
                "old": _requirement_json(c.before),
                "new": _requirement_json(c.after),
            }
            for c in change.changed
        ],
        "options": list(change.options),
    }
    return json.dumps(value, indent=2, ensure_ascii=False)


def _as_text(found: Profile) -> str:
    effective = f"from {found.effective_from}" if found.effective_from else ""
    if found.effective_until:
        effective += f" until {found.effective_until}"
    parts = [
        f"{found.ref}  {found.title}",
        fields(
            (
                ("Status", found.status.value),
                ("Publisher", found.publisher),
                ("FHIR", found.fhir_version),
                ("Effective", effective.strip()),
                ("Extends", found.extends),
                ("Supersedes", found.supersedes),
                ("About", " ".join(found.description.split())),
                ("Digest", found.digest),
            )
        ),
    ]
    if found.options:
        rows = [(o.name, "on" if o.default else "off", o.title) for o in found.options]
        parts += ["", table(("OPTION", "DEFAULT", "MEANING"), rows, indent="  ")]
    if found.sources:
        sources = [(k, f"{d.title} {d.revision} {d.url}") for k, d in found.sources.items()]
        parts += ["", table(("SOURCE", "DOCUMENT"), sources, indent="  ")]
    for section in dict.fromkeys(r.section for r in found.requirements):
        parts += ["", found.sections.get(section, section or "Requirements")]
        mine = [r for r in found.requirements if r.section == section]
        parts.append(table(("ID", "LEVEL", "TEXT"), [_row(r) for r in mine], indent="  "))
    levels = dict.fromkeys(("SHALL", "SHOULD", "MAY"), 0)
    for r in found.requirements:
        levels[r.level.value.split()[0]] += 1
    totals = ", ".join(f"{count} {level}" for level, count in levels.items())
    parts += ["", f"{counted(len(found.requirements), 'requirement')}: {totals}"]
    return "\n".join(parts)


def _row(requirement: Requirement) -> tuple[str, str, str]:
    notes = [f"if {requirement.applies_if}"] if requirement.applies_if else []
    if requirement.method.value == "attested":
        notes.append("attested")
    if requirement.not_testable:
        notes.append("not testable")
    text = f"{requirement.text} ({', '.join(notes)})" if notes else requirement.text
    return requirement.id, requirement.level.value, text


def _as_json(found: Profile) -> dict[str, Any]:
    return {
        "name": found.name,
        "version": found.version,
        "title": found.title,
        "status": found.status.value,
        "publisher": found.publisher,
        "fhir": found.fhir_version,
        "digest": found.digest,
        "options": [
            {"name": o.name, "title": o.title, "default": o.default} for o in found.options
        ],
        "sources": {
            k: {"title": d.title, "url": d.url, "revision": d.revision}
            for k, d in found.sources.items()
        },
        "requirements": [_requirement_json(r) for r in found.requirements],
    }


def _requirement_json(requirement: Requirement) -> dict[str, Any]:
    return {
        "id": requirement.id,
        "level": requirement.level.value,
        "text": requirement.text,
        "section": requirement.section,
        "basis": requirement.basis.value,
        "method": requirement.method.value,
        "actor": requirement.actor,
        "applies_if": requirement.applies_if,
        "not_testable": requirement.not_testable,
        "note": requirement.note,
        "waivable": requirement.waivable,
        "sources": [{"ref": s.ref, "at": s.at, "url": s.url} for s in requirement.sources],
    }


def _word(status: Any) -> str:
    return str(getattr(status, "value", status))
