"""Saved runs: finding them, judging them again, and viewing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance_cli.cli.settings import shown_path
from conformance_cli.model.diagnostics import ConformanceError, ExitCode

if TYPE_CHECKING:
    from conformance_cli.model.run import Run
    from conformance_cli.model.waiver import Waiver
    from conformance_cli.reporting.view import ReportView

#: The word that names the newest run.
LATEST = "latest"


def today() -> date:
    """The day that waivers are held against, in UTC."""
    return datetime.now(UTC).date()


def find_run(reference: str, results: Path | None = None) -> Path:
    """The folder of a run: a path, a run id, or ``latest``.

    Raises:
        ConformanceError: ``run-not-found``.

    """
    from conformance_cli.store import latest_run

    folder = Path(shown_path(results_folder() if results is None else results))
    if reference == LATEST:
        found = latest_run(folder)
        if found is not None:
            return found
        raise _not_found(f"there is no run in {folder}", folder)
    for path in (Path(reference), folder / reference):
        if path.is_dir():
            return path
        if path.is_file():
            return path.parent
    raise _not_found(f'no run is called "{reference}"', folder)


def results_folder() -> Path:
    """Where runs are kept, as the configuration says."""
    from conformance_cli.cli.settings import configured

    return configured({}).reports.directory


def open_view(reference: str, results: Path | None = None, **changes: Any) -> ReportView:
    """A saved run, judged today by its own settings or by ``changes`` to them."""
    from conformance_cli.store import load_run

    directory = find_run(reference, results)
    return view_of(load_run(directory), directory, **changes)


def view_of(
    run: Run,
    directory: Path,
    *,
    reports: Sequence[str] = (),
    waivers: Sequence[Waiver] | None = None,
    **policy: Any,
) -> ReportView:
    """The view of a run that every report is made from."""
    from conformance_cli.judge import judge_run
    from conformance_cli.reporting.view import ReportView
    from conformance_cli.store import load_evidence

    header = run.header
    if policy:
        header = replace(header, settings=replace(header.settings, **policy))
    if waivers is not None:
        header = replace(header, waivers=tuple(waivers))
    judged = replace(run, header=header)
    return ReportView(
        run=judged,
        judgement=judge_run(judged, today=today()),
        evidence=partial(load_evidence, directory),
        directory=str(directory),
        reports=tuple(reports),
    )


def exit_code_of(view: ReportView) -> ExitCode:
    """What the gate's answer means for the process."""
    from conformance_cli.model.verdict import Outcome

    return {
        Outcome.CONFORMANT: ExitCode.OK,
        Outcome.NOT_CONFORMANT: ExitCode.NOT_CONFORMANT,
        Outcome.UNDECIDED: ExitCode.UNDECIDED,
    }[view.judgement.gate_outcome]


def _not_found(message: str, folder: Path) -> ConformanceError:
    from difflib import get_close_matches

    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    wanted = message.rpartition('"')[0].rpartition('"')[2]
    nearest = get_close_matches(wanted, names, n=1)
    hint = f'did you mean "{nearest[0]}"?' if nearest else "give a run directory, or latest"
    return ConformanceError.of("run-not-found", message, place=str(folder), hint=hint)
