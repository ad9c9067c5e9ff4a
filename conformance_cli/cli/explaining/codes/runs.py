"""Codes about runs, their directories and their reports."""

from __future__ import annotations

from conformance_cli.cli.explaining.words import Explanation

RUNS = {
    "cannot-write": Explanation(
        "A file that was asked for cannot be written.",
        "Check that its folder exists and may be written to, and that the disk is not full.",
    ),
    "run-not-found": Explanation(
        "There is no run of this name or path.",
        "Give a run directory, a run id of the results folder, or `latest`; `--output-dir` "
        "says where runs are.",
    ),
    "run-exists": Explanation(
        "The directory holds a run already, and runs are never overwritten.",
        "Go on with it by `--resume`, or choose another `--output-dir`.",
    ),
    "run-locked": Explanation(
        "Another process is writing this run at the moment.", "Wait until it has ended."
    ),
    "run-complete": Explanation(
        "The run came to its end, so there is nothing to go on with.",
        "Start anew with `--rerun`, or rebuild its reports with `conformance report`.",
    ),
    "run-unwritable": Explanation(
        "The run directory cannot be written. Before the first request this is a usage error "
        "(exit 2); in the middle of a run it leaves the run undecided (exit 3), and what was "
        "finished is kept.",
        "Choose another `--output-dir`, or free some space and go on with `--resume`.",
    ),
    "run-unreadable": Explanation(
        "A file of the run directory cannot be read.",
        "Run directories can be read by their owner only; use the same account.",
    ),
    "journal-corrupt": Explanation(
        "The journal of a run was changed after it was written, or is none. A line that was "
        "cut off at the end by a crash is tolerated; anything else is not.",
        "Take an untouched copy of the run directory, or run again.",
    ),
    "journal-version": Explanation(
        "The run was written by a version of this tool with another format.",
        "Read it with that version, or with a newer one.",
    ),
    "evidence-missing": Explanation(
        "An exchange that a result stands on is not in the run directory.",
        "Take a complete copy of the run directory, or run again.",
    ),
    "evidence-changed": Explanation(
        "An evidence file is not as it was when its test finished.",
        "Take an untouched copy of the run directory, or run again.",
    ),
    "evidence-corrupt": Explanation(
        "An evidence file cannot be read as evidence.",
        "Take an untouched copy of the run directory, or run again.",
    ),
    "test-id-unsafe": Explanation(
        "A test id cannot be the name of a file, so its evidence could not be kept.",
        "Rename the test in its pack: letters, digits, hyphens and dots.",
    ),
    "test-id-twice": Explanation(
        "Two packs of the run have a test of the same id.",
        "Run one of them at a time with `--pack`, or rename the test.",
    ),
    "resume-differs": Explanation(
        "A run can only go on as it began; otherwise its verdicts would mix two set-ups. "
        "The message names what is different now.",
        "Give the same endpoint, fixtures and flags as then, or start anew with `--rerun`.",
    ),
    "nothing-to-rerun": Explanation(
        "No test of the run is of the kind that was asked for: none failed, or none was left "
        "undecided.",
        "Leave out `--failed` and `--undecided` to repeat all of it.",
    ),
    "duplicate-waiver": Explanation(
        "The waiver file waives a requirement twice for the same scope.",
        "Keep one: an accepted deviation has one reason and one end.",
    ),
}
