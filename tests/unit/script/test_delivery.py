import json

import pytest

from podloom.domain import Delivery
from podloom.script.delivery import line_schema, read_delivery


def test_a_line_is_asked_for_without_hints_or_with_all_of_them():
    plain, directed = line_schema(["Ann", "Bo"])["anyOf"]
    assert list(plain["properties"]) == plain["required"] == ["speaker", "text"]
    assert list(directed["properties"]) == ["speaker", "pause", "emphasis", "mood", "text"]
    assert directed["required"] == list(directed["properties"])
    assert directed["properties"]["mood"]["enum"] == ["neutral", "cheerful", "serious", "curious"]
    assert plain["additionalProperties"] is directed["additionalProperties"] is False


@pytest.mark.parametrize(
    ("hints", "expected"),
    [
        ({}, Delivery()),
        (
            {"pause": "long", "emphasis": "strong", "mood": "curious"},
            Delivery(pause="long", emphasis="strong", mood="curious"),
        ),
        ({"mood": "cheerful"}, Delivery(mood="cheerful")),
        ({"mood": "furious", "pause": "short"}, Delivery(pause="short")),
        ({"mood": None, "emphasis": 3, "pause": ["long"]}, Delivery()),
        ({"volume": "high"}, Delivery()),
        ({"tone": "like a pirate"}, Delivery()),
    ],
)
def test_what_is_unknown_is_left_out(hints, expected):
    assert read_delivery(json.dumps({"speaker": "Ann", "text": "Yes.", **hints})) == expected
