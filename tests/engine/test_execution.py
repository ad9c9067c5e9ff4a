"""One test: steps, preconditions, captures, observations and cleanup."""

from typing import Any

from conformance_cli.engine import Choices
from conformance_cli.model.pack import (
    AssertionSpec,
    BodyTemplate,
    Effect,
    Fixture,
    Grade,
    Observation,
    Procedure,
    Step,
)
from conformance_cli.model.result import Cause, PreflightStatus
from conformance_cli.model.run import RunState
from conformance_cli.model.verdict import Verdict
from tests.engine.kit import (
    captured,
    case,
    pack,
    precondition,
    run,
    status,
    step,
)
from tests.miniatures import Answer, Asked, miniature


def always(code: int, body: Any = None) -> Any:
    return lambda asked: Answer(code, body if body is not None else {"resourceType": "Slot"})


def things(asked: Asked) -> Answer:
    """A tiny server: POST makes thing 7, GET and DELETE of it work."""
    if asked.method == "POST":
        return Answer(201, {"resourceType": "Thing", "id": "7"})
    return Answer(200, {"resourceType": "Thing", "id": "7"})


def test_a_met_assertion_passes_and_an_unmet_one_says_what_it_saw() -> None:
    with miniature(always(404)) as endpoint:
        kept = run(
            endpoint.base_url, pack(case(step(expect=(status(404), status(200, verifies="R-2")))))
        )
    met, unmet = kept.result().assertions
    assert (met.verdict, unmet.verdict) == (Verdict.PASS, Verdict.FAIL)
    assert "200" in unmet.expected
    assert "404" in unmet.actual
    assert unmet.requirements == ("R-2",)
    assert unmet.exchange == "t/1"
    assert kept.result().verdict is Verdict.FAIL


def test_an_unmet_precondition_blames_nobody() -> None:
    steps = (step(require=(precondition(200),)), step(expect=(status(200),)))
    with miniature(always(500)) as endpoint:
        kept = run(endpoint.base_url, pack(case(*steps)))
    only = kept.assertion()
    assert only.verdict is Verdict.NOT_TESTED
    assert only.reason is not None
    assert only.reason.cause is Cause.PRECONDITION
    assert "500" in only.reason.text
    assert len(endpoint.asked) == 1


def test_a_missing_capture_stops_the_test_after_the_step_was_judged() -> None:
    steps = (
        step(expect=(status(200),), capture=(captured("x", "Slot.id"),)),
        step("other", expect=(status(200, verifies="R-2"),)),
    )
    with miniature(always(200)) as endpoint:
        kept = run(endpoint.base_url, pack(case(*steps)))
    first, second = kept.result().assertions
    assert first.verdict is Verdict.PASS
    assert second.verdict is Verdict.NOT_TESTED
    assert second.requirements == ("R-2",)


def test_an_optional_capture_that_is_missing_is_null() -> None:
    steps = (
        step(capture=(captured("x", "Slot.id", optional=True),)),
        step("other", when="x == null", expect=(status(200),)),
    )
    with miniature(always(200)) as endpoint:
        kept = run(endpoint.base_url, pack(case(*steps)))
    assert kept.result().verdict is Verdict.PASS


def test_captured_text_stays_one_path_segment() -> None:
    steps = (
        step("create", capture=(captured("made", "id"),)),
        step("delete", expect=(status(200),)),
    )

    def hostile(asked: Asked) -> Answer:
        return Answer(200, {"resourceType": "Thing", "id": "../admin?x=1"})

    with miniature(hostile) as endpoint:
        run(endpoint.base_url, pack(case(*steps, effect=Effect.WRITE)))
    assert endpoint.asked[1].path == "/thing/..%2Fadmin%3Fx%3D1"


def test_a_false_condition_passes_a_step_over() -> None:
    with miniature(always(200)) as endpoint:
        run(endpoint.base_url, pack(case(step(when="false"), step("other"))))
    assert [asked.path for asked in endpoint.asked] == ["/other"]


def test_cleanup_runs_last_step_first_after_a_failure_too() -> None:
    procedure = Procedure(
        "make",
        (step("create", capture=(captured("made", "id"),)),),
        cleanup=(step("delete"),),
    )
    tested = case(
        Step(procedure="make"),
        step("get", expect=(status(418),)),
        effect=Effect.WRITE,
        cleanup=(step("other"),),
    )
    with miniature(things) as endpoint:
        kept = run(endpoint.base_url, pack(tested, procedures={"make": procedure}))
    assert kept.result().verdict is Verdict.FAIL
    sent = [(asked.method, asked.path) for asked in endpoint.asked]
    assert sent == [
        ("POST", "/thing"),
        ("GET", "/thing"),
        ("DELETE", "/thing/7"),
        ("GET", "/other"),
    ]


def test_cleanup_of_what_never_came_to_be_is_passed_over() -> None:
    tested = case(
        step("create", require=(precondition(201),), capture=(captured("made", "id"),)),
        effect=Effect.WRITE,
        cleanup=(step("delete", leaves="thing ${made}"),),
    )
    with miniature(always(500)) as endpoint:
        kept = run(endpoint.base_url, pack(tested))
    assert [asked.method for asked in endpoint.asked] == ["POST"]
    assert kept.result().left_behind == ()


def test_a_refused_cleanup_says_what_is_left_behind() -> None:
    tested = case(
        step("create", capture=(captured("made", "id"),)),
        effect=Effect.WRITE,
        cleanup=(step("delete", leaves="thing ${made}"),),
    )

    def stubborn(asked: Asked) -> Answer:
        return things(asked) if asked.method == "POST" else Answer(403, {"resourceType": "X"})

    with miniature(stubborn) as endpoint:
        kept = run(endpoint.base_url, pack(tested))
    (left,) = kept.result().left_behind
    assert "thing 7" in left
    assert "403" in left


def test_procedure_parameters_are_rendered_once_where_they_are_given() -> None:
    procedure = Procedure(
        "twice",
        (
            step("get", headers={"X-Id": "${param.id}"}),
            step("get", headers={"X-Id": "${param.id}"}),
        ),
        parameters={"id": "${uuid()}"},
    )
    with miniature(always(200)) as endpoint:
        run(
            endpoint.base_url,
            pack(case(Step(procedure="twice")), procedures={"twice": procedure}),
        )
    first, second = (asked.headers["x-id"] for asked in endpoint.asked)
    assert first == second


def test_repeats_are_rendered_anew_and_copies_sent_together_are_identical() -> None:
    tested = pack(
        case(step(repeat=2), id_="a"), case(step(together=2), id_="b"), headers={"X": "${uuid()}"}
    )
    with miniature(always(200)) as endpoint:
        run(endpoint.base_url, tested)
    ids = [asked.headers["x"] for asked in endpoint.asked]
    assert ids[0] != ids[1]
    assert ids[2] == ids[3]


def test_a_captured_request_can_be_sent_again_byte_for_byte() -> None:
    body = BodyTemplate(content={"resourceType": "Thing", "key": "${uuid()}"})
    again = BodyTemplate(raw="${sent.body}")
    from conformance_cli.model.pack import Capture

    steps = (
        step("create", body=body, capture=(Capture("sent", value="${request}"),)),
        step("create", body=again),
    )
    with miniature(things) as endpoint:
        run(endpoint.base_url, pack(case(*steps, effect=Effect.WRITE)))
    assert endpoint.asked[0].body == endpoint.asked[1].body


def test_observations_judge_every_exchange_without_a_request_of_their_own() -> None:
    seen = Observation("seen", "response", (status("2xx", verifies="R-3"),))
    with miniature(always(200)) as endpoint:
        kept = run(endpoint.base_url, pack(case(step(), step("other")), observations=(seen,)))
    observed = [a for a in kept.result().assertions if a.requirements == ("R-3",)]
    assert [a.verdict for a in observed] == [Verdict.PASS, Verdict.PASS]
    assert [a.exchange for a in observed] == ["t/1", "t/2"]
    assert len(endpoint.asked) == 2


def test_an_assertion_graded_as_warning_never_fails() -> None:
    with miniature(always(404)) as endpoint:
        kept = run(endpoint.base_url, pack(case(step(expect=(status(200, grade=Grade.WARNING),)))))
    assert kept.assertion().verdict is Verdict.WARNING


def test_a_broken_assertion_is_an_error_of_the_pack() -> None:
    broken = AssertionSpec("value", {"of": "${nowhere.at.all}"}, verifies=("R-1",))
    with miniature(always(200)) as endpoint:
        kept = run(endpoint.base_url, pack(case(step(expect=(broken,)))))
    assert kept.assertion().verdict is Verdict.ERROR


def test_a_closed_port_is_an_error_and_never_a_failure() -> None:
    with miniature(always(200)) as endpoint:
        gone = endpoint.base_url
    kept = run(gone, pack(case(step(expect=(status(200),)))))
    only = kept.assertion()
    assert only.verdict is Verdict.ERROR
    assert only.reason is not None
    assert only.reason.cause is Cause.TRANSPORT


def test_bodies_are_kept_for_failures_only_by_default() -> None:
    tested = pack(
        case(step(expect=(status(200),)), id_="good"), case(step(expect=(status(1),)), id_="bad")
    )
    with miniature(always(200)) as endpoint:
        kept = run(endpoint.base_url, tested)
    good, bad = kept.evidence["good/1"], kept.evidence["bad/1"]
    assert good.response is not None
    assert good.response.body is not None
    assert good.response.body.text is None
    assert bad.response is not None
    assert bad.response.body is not None
    assert bad.response.body.text is not None


def test_a_fixture_that_is_not_there_leaves_its_tests_untested() -> None:
    fixture = Fixture("thing", "A thing", verify=(step(require=(precondition(200),)),))
    tested = pack(
        case(step("other", expect=(status(200),)), id_="with", fixtures=("thing",)),
        case(step("other", expect=(status(200),)), id_="without"),
        fixtures=(fixture,),
    )

    def absent(asked: Asked) -> Answer:
        return Answer(404 if asked.path == "/thing" else 200, {"resourceType": "X"})

    with miniature(absent) as endpoint:
        kept = run(endpoint.base_url, tested, choices=Choices(fixtures={"thing": "1"}))
    assert kept.result("with").verdict is Verdict.NOT_TESTED
    assert kept.result("without").verdict is Verdict.PASS


def test_a_fixture_value_of_the_wrong_shape_stops_the_run_before_any_request() -> None:
    fixture = Fixture("thing", "A thing", pattern="[0-9]+")
    tested = pack(case(step(), fixtures=("thing",)), fixtures=(fixture,))
    with miniature(always(200)) as endpoint:
        kept = run(endpoint.base_url, tested, choices=Choices(fixtures={"thing": "x"}))
    assert endpoint.asked == []
    assert kept.state is RunState.SETUP_FAILED


def test_a_base_url_that_does_not_answer_as_it_should_fails_preflight() -> None:
    tested = pack(case(step()), preflight=(step("other", require=(precondition(200),)),))
    with miniature(always(404)) as endpoint:
        kept = run(endpoint.base_url, tested)
    assert [p.status for p in kept.preflights] == [PreflightStatus.FAILED]
    assert kept.results == []
    assert kept.state is RunState.SETUP_FAILED


def test_a_set_up_check_that_needs_a_missing_fixture_says_nothing_of_the_endpoint() -> None:
    asks = step("get", headers={"X-Target": "${fixture.thing}"}, require=(precondition(200),))
    tested = pack(
        case(
            step("get", headers={"X-Target": "${fixture.thing}"}), id_="with", fixtures=("thing",)
        ),
        case(step("other", expect=(status(200),)), id_="without"),
        fixtures=(Fixture("thing", "A thing"),),
        preflight=(asks,),
    )
    with miniature(always(200)) as endpoint:
        kept = run(endpoint.base_url, tested)
    first, *_ = kept.preflights
    assert first.status is PreflightStatus.SKIPPED
    assert "fixture thing was not given" in first.message
    assert first.hint == "give --fixture thing=VALUE"
    assert kept.state is RunState.COMPLETE
    reason = kept.result("with").reason
    assert reason is not None
    assert reason.cause is Cause.FIXTURE
    assert kept.result("without").verdict is Verdict.PASS
