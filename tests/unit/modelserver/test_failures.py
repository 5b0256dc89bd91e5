"""What a failed call says, and whether and when it is worth another try."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from podloom.modelserver.failures import GarbledError, UnreachableError, asked_pause_s, pause_s, refused


def waits(status, tries=1, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return pause_s(refused(status, named, ""), tries)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
def test_what_may_pass_is_tried_again_after_growing_pauses(status):
    for tries, longest_s in ((1, 0.5), (2, 1.0), (5, 8.0), (2000, 8.0)):
        assert 0.75 * longest_s <= waits(status, tries) <= longest_s


@pytest.mark.parametrize("status", [300, 400, 401, 403, 404, 422])
def test_what_will_not_pass_is_not_tried_again(status):
    assert waits(status) is None


def test_the_server_has_the_last_word():
    assert waits(429, retry_after="3") == 3
    assert waits(503, retry_after_ms="20", retry_after="3") == 0.02
    assert waits(429, retry_after="120") == 120
    assert waits(429, retry_after="121") is None
    assert waits(500, x_should_retry="false") is None
    assert waits(400, x_should_retry="true") is not None


def test_pauses_may_be_given_as_a_date():
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 0 < asked_pause_s({"retry-after": soon}) <= 60
    past = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    assert asked_pause_s({"retry-after": past}) == 0


@pytest.mark.parametrize("headers", [{}, {"retry-after": "soon"}, {"retry-after": ""}])
def test_no_pause_is_asked_for(headers):
    assert asked_pause_s(headers) is None


def test_who_does_not_answer_is_asked_again_and_nonsense_is_not():
    assert pause_s(UnreachableError("ConnectError"), 1) is not None
    assert pause_s(GarbledError("no JSON"), 1) is None


@pytest.mark.parametrize(
    ("text", "says", "code"),
    [
        ('{"error": {"message": "no such voice", "code": "voice"}}', "no such voice", "voice"),
        ('{"message": "no room", "code": 7}', "no room", 7),
        ('{"error": "busy"}', '{"error": "busy"}', None),
        ("[1]", "[1]", None),
        ("<html>Bad gateway</html>", "<html>Bad gateway</html>", None),
        ("", "no reason given", None),
    ],
)
def test_a_refusal_says_what_the_server_said(text, says, code):
    error = refused(400, {}, text)
    assert (str(error), error.code, error.status) == (says, code, 400)
