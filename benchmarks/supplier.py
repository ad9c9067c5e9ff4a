"""The reference supplier in a process of its own, for benchmarks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SERVE = """
import sys
from conformance_cli.reference.serve import serve
from conformance_cli.reference.supplier import supplier
with serve(supplier("bars"), latency_ms=float(sys.argv[1])) as running:
    print(running.base_url, flush=True)
    running.wait()
"""


@contextmanager
def reference_supplier(latency_ms: float = 0) -> Iterator[str]:
    """Serve BaRS on loopback, apart from the process that is measured; gives its base URL."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(latency_ms)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
