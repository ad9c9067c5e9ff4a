"""A run: order, jobs, deadlines, interruption and resuming."""

import threading

from conformance_cli.engine import Pace, Runner
from conformance_cli.model.events import Event, RunFinished, RunStarted, TestFinished, TestStarted
from conformance_cli.model.pack import Effect
from conformance_cli.model.result import Cause
from conformance_cli.model.run import RunState
from conformance_cli.model.verdict import Verdict
from tests.engine.kit import case, pack, run, status, step
from tests.miniatures import Answer, Asked, miniature

GOOD = step(expect=(status(200),))


def fine(asked: Asked) -> Answer:
    return Answer(200, {"resourceType": "Slot"})


def numbered(count: int, effect: Effect = Effect.READ) -> list[object]:
    return [case(GOOD, id_=f"{effect.value}-{n}", effect=effect) for n in range(count)]


def test_events_come_in_order_and_after_their_results_are_kept() -> None:
    seen: list[Event] = []
    with miniature(fine) as endpoint:
        run(
            endpoint.base_url,
            pack(case(GOOD, id_="a"), case(GOOD, id_="b")),
            on_event=lambda runner, event: seen.append(event),
        )
    kinds = [type(event) for event in seen]
    assert kinds[0] is RunStarted
    assert kinds[-1] is RunFinished
    assert kinds[1:-1] == [TestStarted, TestFinished] * 2
    last = seen[-2]
    assert isinstance(last, TestFinished)
    assert (last.done, last.total) == (2, 2)


def test_reads_run_at_the_same_time_under_jobs() -> None:
    together = threading.Barrier(3, timeout=10)

    def meet(asked: Asked) -> Answer:
        together.wait()
        return fine(asked)

    with miniature(meet) as endpoint:
        kept = run(endpoint.base_url, pack(*numbered(3)), pace=Pace(jobs=3))  # type: ignore[arg-type]
    assert [r.verdict for r in kept.results] == [Verdict.PASS] * 3


def test_writes_never_run_at_the_same_time() -> None:
    busy = threading.Lock()
    overlaps: list[str] = []

    def alone(asked: Asked) -> Answer:
        if not busy.acquire(blocking=False):
            overlaps.append(asked.path)
        try:
            return fine(asked)
        finally:
            if busy.locked():
                busy.release()

    writes = numbered(6, Effect.WRITE)
    with miniature(alone) as endpoint:
        kept = run(endpoint.base_url, pack(*writes), pace=Pace(jobs=4))  # type: ignore[arg-type]
    assert overlaps == []
    assert len(kept.results) == 6


def test_stopping_finishes_the_test_in_flight_and_starts_no_other() -> None:
    def stop_after_first(runner: Runner, event: Event) -> None:
        if isinstance(event, TestStarted):
            runner.stop()

    with miniature(fine) as endpoint:
        kept = run(endpoint.base_url, pack(*numbered(5)), on_event=stop_after_first)  # type: ignore[arg-type]
    assert [r.verdict for r in kept.results] == [Verdict.PASS]
    assert kept.state is RunState.INTERRUPTED


def test_what_the_run_had_no_time_for_is_not_tested() -> None:
    with miniature(fine) as endpoint:
        kept = run(endpoint.base_url, pack(*numbered(3)), pace=Pace(max_time_s=0))  # type: ignore[arg-type]
    assert endpoint.asked == []
    assert {r.verdict for r in kept.results} == {Verdict.NOT_TESTED}
    reason = kept.results[0].reason
    assert reason is not None
    assert reason.cause is Cause.DEADLINE


def test_a_test_that_takes_too_long_stops_between_steps() -> None:
    with miniature(fine) as endpoint:
        kept = run(endpoint.base_url, pack(case(GOOD, GOOD)), test_deadline_s=0.0)
    assert {a.verdict for a in kept.result().assertions} == {Verdict.NOT_TESTED}


def test_a_resumed_run_sends_only_what_was_not_finished() -> None:
    with miniature(fine) as endpoint:
        tested = pack(case(GOOD, id_="a"), case(step("other", expect=(status(200),)), id_="b"))
        first = run(endpoint.base_url, tested)
        endpoint.asked.clear()
        run(endpoint.base_url, tested, finished={"a": first.result("a")})
    assert [asked.path for asked in endpoint.asked] == ["/other"]
