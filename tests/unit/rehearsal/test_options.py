import json
from dataclasses import asdict, fields

import pytest

from podloom.rehearsal import Fault
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


def test_faults_come_from_a_file(tmp_path):
    rules = [
        Fault("429", "speech", times=3, retry_after_s=1.5),
        Fault("cut", nth=2, text="harbour", schema="chapter", chapter=1, at=0.25),
        Fault("slow", times=0, delay_s=2.0),
    ]
    path = tmp_path / "faults.json"
    path.write_text(json.dumps([{"kind": "prose"}, *map(asdict, rules)]), "utf-8")
    assert _parser().parse_args(["--faults", str(path)]).faults == [Fault("prose"), *rules]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[{"kind": "418"}]', "0.kind: Input should be '400', '401'"),
        ('[{"route": "chat"}]', "0.kind: Field required"),
        ('[{"kind": "500"}, {"kind": "500", "time": 2}]', "1.time: Unexpected"),
        ('{"kind": "500"}', "Input should be a valid array"),
        ("nothing", "Invalid JSON"),
        (None, "No such file"),
    ],
)
def test_a_file_of_faults_that_is_none_is_refused(tmp_path, capsys, text, told):
    path = tmp_path / "faults.json"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(SystemExit):
        main(["--faults", str(path)])
    said = " ".join(capsys.readouterr().err.split())
    assert told in said
    assert str(path) in said


def test_the_help_names_all_that_a_fault_has(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    assert all(field.name in said for field in fields(Fault))
    assert "stage_direction" in said
