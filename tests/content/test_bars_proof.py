"""What BaRS 1.1.0 adds is proven; ``nox -s proof`` proves all of 1.0.0."""

from __future__ import annotations

import pytest

from conformance_cli.cli.proof.bout import Bout, prove
from conformance_cli.load.catalogue import Catalogue


@pytest.mark.slow
def test_every_fault_that_came_with_1_1_is_caught_and_nothing_else_is_blamed() -> None:
    known = Catalogue.default()
    profile = known.profile("bars@1.1.0")
    (pack,) = known.packs_for(profile)
    before = {expectation.fault for expectation in known.pack("bars@1.0.0").faults}
    added = [e.fault for e in pack.faults if e.fault not in before]
    assert len(added) >= 10

    proof = prove(Bout.of(pack, profile, added), jobs=1, progress=lambda *_: None)

    assert [(t.fault, t.uncaught, t.misblamed) for t in proof.trials if not t.holds] == []
    assert proof.conformant.broken == ()
