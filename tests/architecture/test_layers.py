"""The layers of ARCHITECTURE.md hold, and these tests are able to say when they do not."""

from __future__ import annotations

import re

import pytest

from tests.architecture.rules import EVERYTHING, MAY_IMPORT, RULES
from tests.architecture.source import ROOT, Source, modules

MODULES = modules()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_module_keeps_the_rule(rule: object) -> None:
    offences = [
        f"{source.name.replace('.', '/')}{'/__init__' if source.package else ''}.py:{line}: {why}"
        for source in MODULES
        for line, why in rule(source)  # type: ignore[operator]
    ]
    assert not offences, "\n" + "\n".join(offences)


def test_every_layer_is_looked_at() -> None:
    assert {source.layer for source in MODULES} == EVERYTHING | {""}
    folders = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    assert folders == EVERYTHING


def test_the_rules_know_the_layers_in_the_order_of_the_document() -> None:
    text = (ROOT.parent / "ARCHITECTURE.md").read_text("utf-8")
    documented = re.findall(r"^([a-z]+)  +\S", text.partition("```")[2].partition("```")[0], re.M)
    assert set(documented) == EVERYTHING
    for layer, below in MAY_IMPORT.items():
        assert below <= set(documented[documented.index(layer) + 1 :]), layer


OFFENDING: dict[str, tuple[str, str, int]] = {
    "an import upward": ("model.verdict", "x = 1\nfrom conformance_cli.judge import judge", 2),
    "a plain import": ("store.codec", "import conformance_cli.wire.client", 1),
    "an import of a layer by name": ("judge.rollup", "from conformance_cli import store", 1),
    "an import of a sibling": ("reporting.html", "from conformance_cli.store import load_run", 1),
    "any import of ours by fhir": ("fhir.fhirpath", "from conformance_cli.model import pack", 1),
    "an import inside a function": (
        "load.packs",
        "def f():\n    from conformance_cli.engine import plan",
        2,
    ),
    "an import for types only": (
        "wire.client",
        "import typing\nif typing.TYPE_CHECKING:\n    from conformance_cli.store import x",
        3,
    ),
    "a relative import": ("judge.rollup", "from ..store import codec", 1),
    "a relative import of a layer": ("judge.rollup", "from .. import engine", 1),
    "an import by text": (
        "checks.http",
        "import importlib\nimportlib.import_module('conformance_cli.wire.client')",
        2,
    ),
    "a layer imported from beside the layers": (
        "version",
        "from conformance_cli.model import x",
        1,
    ),
    "the model with an installed library": ("model.run", "import msgspec", 1),
    "requests outside wire": ("engine.runner", "def f():\n    import requests.adapters", 2),
    "requests in the validator": ("fhir.validation.walker", "import requests", 1),
    "a print": ("engine.runner", "def f():\n    print('x')", 2),
    "a print handed on": ("reporting.html", "say = print", 1),
    "the clock": ("judge.rollup", "from datetime import datetime\nx = datetime.now()", 2),
    "the clock by module": ("load.config", "import datetime\nx = datetime.datetime.utcnow()", 2),
    "the clock by another name": ("checks.http", "from datetime import datetime as d\nd.now()", 2),
    "the day": ("reporting.html", "import datetime as dt\nx = dt.date.today()", 2),
    "the time": ("expressions.values", "from time import time\nx = time()", 2),
    "the clock handed on": ("judge.compare", "import time\nclock = time.time", 2),
    "a module of 401 lines": ("cli.run", "x = 1\n" * 401, 401),
}


@pytest.mark.parametrize("offence", OFFENDING)
def test_the_rules_name_the_offending_line(offence: str) -> None:
    name, text, line = OFFENDING[offence]
    found = [at for rule in RULES for at, _ in rule(Source(f"conformance_cli.{name}", text))]
    assert found == [line]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cli.run", "from conformance_cli.engine import plan\nprint('x')"),
        ("judge.rollup", "from conformance_cli.judge.policy import Policy"),
        ("judge.rollup", "from .policy import Policy\nfrom ..model import pack"),
        ("engine.runner", "import time\nfrom conformance_cli import __version__\ntime.time()"),
        ("wire.client", "import requests"),
        ("__main__", "from conformance_cli.cli.main import entry"),
        ("reporting.html", "now = view.now()\nx = report.print()"),
        ("engine.runner", "x = 1\n" * 400),
    ],
)
def test_what_is_allowed_is_not_an_offence(name: str, text: str) -> None:
    source = Source(f"conformance_cli.{name}", text)
    assert [why for rule in RULES for _, why in rule(source)] == []


def test_a_relative_import_in_a_package_means_its_own_modules() -> None:
    source = Source("conformance_cli.judge", "from . import rollup\nfrom .. import store", True)
    assert [name for _, name in source.imports()] == [
        "conformance_cli.judge.rollup",
        "conformance_cli.store",
    ]
