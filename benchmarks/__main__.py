"""``python -m benchmarks [NAME ...]``: run all benchmarks, or those named."""

from __future__ import annotations

import importlib
import sys

NAMES = ("startup", "wire", "overhead", "parallel", "memory", "validation")

for name in sys.argv[1:] or NAMES:
    for figure in importlib.import_module(f"benchmarks.{name}").measure():
        print(figure.row(), flush=True)
