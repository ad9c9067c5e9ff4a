"""What the validation of one sound resource must not import."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.cli.program import environment

HEAVY = (
    "requests", "rich", "yaml", "jinja2", "jsonschema", "cryptography", "jwt", "fhirpathpy",
    "starlette", "uvicorn", "email", "http.client", "ssl", "asyncio", "concurrent.futures",
    "multiprocessing", "xml.sax", "lxml", "conformance_cli.load", "conformance_cli.engine",
    "conformance_cli.checks", "conformance_cli.reporting", "conformance_cli.wire",
    # what a sound resource of JSON without profiles asks of nobody
    "dataclasses", "difflib", "fractions", "hashlib", "json", "pyexpat", "tempfile",
    "conformance_cli.fhir.path.evaluation", "conformance_cli.fhir.path.patterns",
    "conformance_cli.fhir.source.json_recovery", "conformance_cli.fhir.source.narrative_rules",
    "conformance_cli.fhir.terminology.ucum", "conformance_cli.fhir.validation.conformity",
    "conformance_cli.fhir.validation.demands", "conformance_cli.fhir.validation.quick",
)  # fmt: skip


def heavy_imports(*arguments: str, cwd: Path, env: Mapping[str, str]) -> list[str]:
    """What is too heavy of what ``conformance validate`` imports, once packages are compiled."""
    program = (
        "import sys; from conformance_cli.cli.main import main; "
        f"code = main({['validate', *arguments]!r}); "
        "print('\\n'.join(sys.modules), file=sys.stderr); sys.exit(code)"
    )
    for _ in range(2):  # the first time the package is compiled
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=environment(env), cwd=cwd, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    loaded = done.stderr.split()
    return [name for name in HEAVY if name in loaded]
