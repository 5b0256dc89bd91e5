import pytest

from podloom.rehearsal.__main__ import _parser, main


def test_changes_of_the_scenario_are_numbers():
    asked = _parser().parse_args(["--with", "speech_s=2", "--with", "lines=3"])
    assert asked.changes == [("speech_s", 2.0), ("lines", 3)]


@pytest.mark.parametrize(
    ("change", "told"),
    [("lines", "NAME=VALUE"), ("line=5", "one of chapters, lines"), ("lines=2.5", "lines is int")],
)
def test_a_change_of_the_scenario_that_does_not_fit_is_refused(change, told, capsys):
    with pytest.raises(SystemExit):
        main(["--with", change])
    assert told in capsys.readouterr().err
