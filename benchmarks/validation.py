"""(e) What validation costs, against parsing alone.

Needs the R4 packages (core, and the official examples) in the folder that
``CONFORMANCE_BENCH_PACKAGES`` names, or beside the project, and ``fhir.resources``.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import Figure
from conformance_cli.fhir import Validator, open_packages

PACKAGES = Path(
    os.environ.get("CONFORMANCE_BENCH_PACKAGES")
    or Path(__file__).parents[2] / "shared" / "fhir" / "packages"
)
CORE = PACKAGES / "hl7.fhir.r4.core-4.0.1.tgz"
EXTENSIONS = PACKAGES / "hl7.fhir.uv.extensions.r4-5.3.0-ballot-tc1.tgz"
TERMINOLOGY = PACKAGES / "hl7.terminology.r4-7.0.1.tgz"
EXAMPLES = PACKAGES / "hl7.fhir.r4.examples-4.0.1.tgz"
UK_CORE = PACKAGES / "fhir.r4.ukcore.stu2-2.0.1-repo.20250224.tgz"
UK_PATIENT = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"
ROUNDS = 7
#: Processes are started more often: what else the machine does weighs more on them.
STARTS = 15
MEGABYTES = 35


def measure() -> Iterator[Figure]:
    patient = _example("Patient-example.json")
    validator = Validator(open_packages([str(path) for path in (CORE, EXTENSIONS, TERMINOLOGY)]))
    text = json.dumps(patient).encode()
    yield from _single(validator, patient)
    yield from _bundle(validator, patient)
    yield from _profile(patient)
    yield from _failing(validator, text)
    yield from _command(text)
    yield _memory()


def _single(validator: Validator, patient: dict[str, Any]) -> Iterator[Figure]:
    from fhir.resources.R4B.patient import Patient

    parsed = _pair(lambda: validator.validate(patient), lambda: Patient.model_validate(patient))
    yield Figure("validate a Patient / parse it with fhir.resources", *_ratio(parsed, 1 / 8))


def _bundle(validator: Validator, patient: dict[str, Any]) -> Iterator[Figure]:
    text = _bundle_text(patient, 1000)
    timed = _pair(lambda: validator.validate(text), lambda: json.loads(text), inner=1)
    yield Figure("validate a Bundle of 1,000 Patients / json.loads", *_ratio(timed, 3))


def _profile(patient: dict[str, Any]) -> Iterator[Figure]:
    library = open_packages([str(p) for p in (CORE, EXTENSIONS, TERMINOLOGY, UK_CORE)])
    validator = Validator(library)
    timed = _pair(
        lambda: validator.validate(patient, profiles=[UK_PATIENT]),
        lambda: validator.validate(patient),
    )
    yield Figure("with a UK Core profile / base only", *_ratio(timed, 2.5))


def _failing(validator: Validator, text: bytes) -> Iterator[Figure]:
    good, bad = json.loads(text), json.loads(text)
    bad["gender"] = "unheard-of"
    timed = _pair(lambda: validator.validate(bad), lambda: validator.validate(good))
    yield Figure("a failing Patient / a passing one", *_ratio(timed, 5))


def _command(text: bytes) -> Iterator[Figure]:
    """The whole command, as those start it who have it installed: with byte code at hand."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "patient.json").write_bytes(text)
        command = [sys.executable, "-m", "conformance_cli", "validate"]
        command += ["--package", str(CORE), str(folder / "patient.json")]
        nothing = [sys.executable, "-c", "pass"]
        for _ in range(2):  # byte code, also of what only a warm start runs
            _run(command, _environment(folder, 0))
        cold = [
            (_run(command, environment), _run(nothing, environment))
            for environment in (_environment(folder, number) for number in range(1, 4))
        ]
        warm = _environment(folder, 0)
        times = [(_run(command, warm), _run(nothing, warm)) for _ in range(STARTS)]
        yield Figure("conformance validate, warm / python -c pass", *_ratio(times, 8))
        yield Figure("conformance validate, first ever / python -c pass", *_ratio(cold, 40))


def _environment(folder: Path, number: int) -> dict[str, str]:
    """With a compiled cache of its own; byte code is kept in the folder, not in the checkout."""
    environment = dict(
        os.environ,
        XDG_CACHE_HOME=str(folder / str(number)),
        PYTHONPYCACHEPREFIX=str(folder / "bytecode"),
    )
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def _memory() -> Figure:
    whole, parsed = (_child(what) for what in ("validate", "parse"))
    return Figure(
        f"peak memory of a Bundle of {MEGABYTES} MB / the parsed JSON",
        whole / parsed,
        6,
        f"{whole:.0f} MiB over {parsed:.0f} MiB",
    )


def _child(what: str) -> float:
    command = [sys.executable, "-m", "benchmarks.validation", what]
    return float(subprocess.run(command, check=True, capture_output=True).stdout)


def _inside(what: str) -> float:
    """MiB by which the peak grew from before the JSON was parsed."""
    patient = _example("Patient-example.json")
    size = len(json.dumps(patient))
    text = _bundle_text(patient, MEGABYTES * 1_000_000 // size)
    validator = Validator(open_packages([str(CORE)])) if what == "validate" else None
    if validator is not None:
        validator.validate(patient)
    before = _peak()
    held = json.loads(text) if validator is None else validator.validate(text)
    grown = _peak() - before
    del held
    return grown


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _bundle_text(patient: dict[str, Any], count: int) -> bytes:
    entries = [
        {
            "fullUrl": f"http://example.com/Patient/p{number}",
            "resource": {**patient, "id": f"p{number}"},
        }
        for number in range(count)
    ]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def _example(name: str) -> dict[str, Any]:
    import tarfile

    with tarfile.open(EXAMPLES) as archive:
        member = archive.extractfile(f"package/{name}")
        assert member is not None
        loaded: dict[str, Any] = json.load(member)
    return loaded


def _pair(
    ours: Callable[[], object], theirs: Callable[[], object], inner: int = 200
) -> list[tuple[float, float]]:
    """Seconds for each call of both, by turns, after both were warmed up."""
    _time(ours, max(1, inner // 10))
    _time(theirs, max(1, inner // 10))
    return [(_time(ours, inner), _time(theirs, inner)) for _ in range(ROUNDS)]


def _time(call: Callable[[], object], inner: int) -> float:
    started = time.perf_counter()
    for _ in range(inner):
        call()
    return (time.perf_counter() - started) / inner


def _run(command: list[str], environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - started


def _ratio(times: list[tuple[float, float]], goal: float) -> tuple[float, float, str]:
    ratio = statistics.median(ours / theirs for ours, theirs in times)
    ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    return ratio, goal, f"{ours * 1e6:,.0f} us over {theirs * 1e6:,.0f} us"


if __name__ == "__main__":
    sys.stdout.write(str(_inside(sys.argv[1])))
