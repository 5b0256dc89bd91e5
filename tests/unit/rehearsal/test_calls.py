import pytest

from podloom.rehearsal.calls import Calls


@pytest.fixture
def calls():
    return Calls()


def body(text: str) -> dict:
    return {"input": text}


def test_most_calls_at_once_are_counted_for_each_route(calls):
    one = calls.begin("speech", body("a"), 0.0)
    two = calls.begin("speech", body("b"), 0.1)
    calls.begin("chat", {}, 0.1)
    calls.end(one, "answered", 0.2)
    calls.end(two, "answered", 0.3)
    calls.begin("speech", body("c"), 0.4)
    assert calls.max_concurrency("speech") == 2
    assert calls.max_concurrency("chat") == 1
    assert calls.running("speech") == 1
    assert [call.in_flight for call in calls.of("speech")] == [1, 2, 1]


def test_a_call_ends_once(calls):
    call = calls.begin("speech", body("a"), 0.0)
    calls.end(call, "answered", 1.0)
    calls.end(call, "abandoned", 2.0)
    assert (call.outcome, call.finished_s, calls.running("speech")) == ("answered", 1.0, 0)


@pytest.mark.parametrize(("outcomes", "paid"), [(("answered", "answered"), 1), (("broken", "answered"), 0)])
def test_only_answers_in_full_are_paid_for(calls, outcomes, paid):
    for outcome in outcomes:
        calls.end(calls.begin("speech", body("a"), 0.0), outcome, 1.0)
    assert len(calls.paid_twice()) == paid


def test_clearing_keeps_what_is_running(calls):
    running = calls.begin("speech", body("a"), 0.0)
    calls.clear()
    assert (len(calls), calls.running("speech"), calls.max_concurrency("speech")) == (0, 1, 1)
    calls.end(running, "answered", 1.0)
    assert calls.running("speech") == 0


def test_bodies_are_listed_only_when_asked_for(calls):
    calls.begin("speech", body("a"), 0.0)
    assert "body" not in calls.as_json(bodies=False)["calls"][0]
    assert calls.as_json(bodies=True)["calls"][0]["body"] == body("a")
