import pytest

from podloom.rehearsal import Call, Chaos, Fault
from podloom.rehearsal.faults import FaultScript


def call(
    number: int = 1, *, route: str = "chat", text: str = "Prompt", schema: str = "chapter", chapter: int = 1
):
    body = {"input": text} if route == "speech" else {"messages": [{"role": "user", "content": text}]}
    return Call(number, route, body, 0.0, 1, schema_name=schema, chapter=chapter)


@pytest.mark.parametrize(
    ("fault", "strikes"),
    [
        (Fault("500"), True),
        (Fault("500", nth=1), True),
        (Fault("500", nth=2), False),
        (Fault("500", route="speech"), False),
        (Fault("500", text="rom"), True),
        (Fault("500", text="nothing"), False),
        (Fault("500", schema="chapter", chapter=1), True),
        (Fault("500", schema="outline"), False),
        (Fault("500", chapter=2), False),
    ],
)
def test_every_condition_has_to_hold(fault, strikes):
    assert (FaultScript([fault]).choose(call()) is fault) is strikes


def test_a_rule_strikes_as_often_as_it_says():
    script = FaultScript([Fault("429", times=2)])
    assert [bool(script.choose(call())) for _ in range(4)] == [True, True, False, False]


def test_a_rule_without_end_always_strikes():
    script = FaultScript([Fault("429", times=0)])
    assert all(script.choose(call()) for _ in range(5))
    assert script.unused == []


def test_rules_go_in_order_and_unused_ones_are_known():
    script = FaultScript([Fault("429")])
    script.add(Fault("500"), Fault("503", nth=9))
    assert [script.choose(call()).kind for _ in range(2)] == ["429", "500"]
    assert script.unused == [Fault("503", nth=9)]


def test_text_to_be_spoken_can_be_matched():
    fault = Fault("500", route="speech", text="third")
    assert FaultScript([fault]).choose(call(route="speech", text="the third line")) is fault


def test_chaos_strikes_its_share_and_repeats_with_its_seed():
    def drawn() -> list[str]:
        script = FaultScript(chaos=Chaos(rates={"429": 0.3, "500": 0.1}))
        return [fault.kind if (fault := script.choose(call())) else "" for _ in range(2000)]

    first = drawn()
    assert first == drawn()
    assert first.count("429") == pytest.approx(600, abs=60)
    assert first.count("500") == pytest.approx(200, abs=45)


def test_chaos_keeps_to_its_routes():
    script = FaultScript(chaos=Chaos(rates={"500": 1.0}, routes=frozenset({"speech"})))
    assert script.choose(call()) is None
    assert script.choose(call(route="speech")).kind == "500"


def test_rates_above_one_are_refused():
    with pytest.raises(ValueError, match="more than 1"):
        Chaos(rates={"429": 0.7, "500": 0.5})
