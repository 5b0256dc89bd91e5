"""Every command: its help, its answer for people and for scripts, its place in the documentation."""

import json
import re
import shutil
from pathlib import Path

import pytest
import typer

from fixtures.records import record
from fixtures.trees import TREES
from podloom import EpisodeRequest, Settings, errors, generate_podcast
from podloom.cli.app import build_app
from podloom.cli.make import show_episode
from podloom.domain import ChapterMark

DOCUMENT = (Path(__file__).parents[3] / "docs" / "cli.md").read_text("utf-8")


def commands(group=None, before=()):
    """Every command with its words, e.g. ("cache", "stats")."""
    for name, command in sorted((group or typer.main.get_command(build_app())).commands.items()):
        if hasattr(command, "commands"):
            yield from commands(command, (*before, name))
        else:
            yield (*before, name), command


COMMANDS = {" ".join(words): command for words, command in commands()}


@pytest.fixture
def episode(tmp_path):
    asked = EpisodeRequest(
        sources=(TREES,),
        title="Street trees [draft]",
        podcast="Green",
        minutes=0.5,
        engine="tone",
        writer="offline",
        music=False,
        seed=11,
        out=str(tmp_path / "out"),
    )
    return generate_podcast(asked, settings=Settings(), orchestration="inline")


def manifest(made):
    """Of an episode, as the command tells it."""
    return json.loads((Path(made["folder"]) / "episode.json").read_bytes())


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_has_help(podloom, words):
    ran = podloom(*words.split(), "--help")
    assert ran.code == 0
    assert (COMMANDS[words].help.split()[0]) in ran.out
    described = [option for option in COMMANDS[words].params if getattr(option, "help", None)]
    assert len(described) >= len(COMMANDS[words].params) - 1  # all but --help itself


def test_the_document_lists_every_command_with_its_options():
    rows = dict(re.findall(r"^\| `podloom ([a-z -]+)` \|.*\| (.*) \|$", DOCUMENT, re.MULTILINE))
    assert sorted(rows) == sorted(COMMANDS)
    for words, listed in rows.items():
        if not listed.startswith("as `"):
            options = [
                option.opts[0] for option in COMMANDS[words].params if option.param_type_name == "option"
            ]
            assert listed.strip("`").split() == [option for option in options if option != "--help"], words


def test_the_document_lists_every_exit_code():
    rows = re.findall(r"^\| (\d+) \| ?`?(\w*)`? \|", DOCUMENT, re.MULTILINE)
    known = {(str(getattr(errors, name).exit_code), name) for name in errors.__all__}
    assert set(rows) == {("0", ""), *known}


@pytest.mark.parametrize("words", [(), ("cache",), ("db",)])
def test_a_group_without_a_command_shows_what_there_is(podloom, words):
    ran = podloom(*words)
    assert ran.code == 2
    assert "Commands:" in ran.err
    assert podloom(*words, "--json").json["error"]["type"] == "RequestError"


def test_an_unknown_command_is_an_error(podloom):
    ran = podloom("mkae")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: No such command 'mkae'")


def test_make_tells_people_where_to_listen(podloom, tmp_path):
    ran = podloom(
        *("make", "-", "--engine", "tone", "--writer", "offline", "--minutes", "0.5", "--no-music"),
        *("--title", "From a pipe", "--out", tmp_path / "out"),
        stdin=TREES,
    )
    assert ran.code == 0
    assert ran.err.startswith("note: voices: tone (asked for)\nnote: writer: offline\n")
    assert [line for line in ran.err.splitlines() if not line.startswith("note: ")] == []
    assert "From a pipe (draft: no language model wrote it)" in ran.out
    assert f"listen: {tmp_path / 'out' / 'from-a-pipe' / 'episode.mp3'}" in ran.out


def test_notes_of_a_run_that_fails_come_before_its_error_and_never_on_stdout(podloom, tmp_path, monkeypatch):
    monkeypatch.setenv("PODLOOM_SPEECH_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("PODLOOM_SPEECH_MAX_RETRIES", "0")
    ran = podloom("make", TREES, "--writer", "offline", "--out", tmp_path / "out", "--json")
    assert (ran.code, ran.json["error"]["type"]) == (7, "ProviderError")
    first, *_, last = ran.err.splitlines()
    assert first == "note: voices: openai (PODLOOM_SPEECH_BASE_URL is set)"
    assert last == f"error: {ran.json['error']['message']}"


@pytest.mark.parametrize(
    ("chapters", "lines", "said"), [(1, 1, "asked, 1 chapter, 1 line, "), (2, 3, " 2 chapters, 3 lines, ")]
)
def test_one_of_a_thing_is_not_several(chapters, lines, said, capsys):
    marks = (ChapterMark(title="One", start_s=0.0, end_s=9.0),) * chapters
    files = {"mp3": "tides.mp3", "page": "tides.html"}
    episode = record(lines).episode.model_copy(update={"chapters": marks, "files": files})
    show_episode(episode, as_json=False)
    assert said in " ".join(capsys.readouterr().out.split())


def test_make_without_mp3_names_the_file_there_is(podloom, tmp_path):
    pytest.importorskip("av")
    ran = podloom(
        *("make", TREES, "--engine", "tone", "--writer", "offline", "--minutes", "0.5", "--no-music"),
        *("--title", "Small", "--formats", "opus", "--out", tmp_path / "out"),
    )
    assert ran.code == 0, ran.err
    assert f"listen: {tmp_path / 'out' / 'small' / 'episode.opus'}" in ran.out


def test_an_edited_script_alone_is_the_same_episode_in_the_same_place(podloom, episode, monkeypatch):
    monkeypatch.chdir("/")
    script = Path(episode.folder) / "script.json"
    script.write_text(script.read_text("utf-8").replace("several degrees", "two degrees"), "utf-8")
    again = podloom("make", "--from-script", script, "--json").json
    kept = ("id", "podcast", "title", "folder", "engine", "asked_s")
    assert {name: again[name] for name in kept} == {name: getattr(episode, name) for name in kept}
    assert again["cache_hits"]["tts"] == f"{episode.segments - 1}/{episode.segments}"
    assert manifest(again)["request"]["seed"] == 11
    blue = ("make", "--from-script", script, "--podcast", "Blue", "--json")
    assert podloom(*blue).json["error"]["type"] == "OutputError"  # another episode's place
    assert podloom(*blue, "--out", Path(episode.folder).parent / "blue").json["podcast"] == "Blue"


def test_what_an_edited_script_was_made_with_is_found_from_another_folder(
    podloom, episode, tmp_path, monkeypatch
):
    shutil.copy(Path(episode.folder) / episode.files["cover"], tmp_path / "mine.jpg")
    monkeypatch.chdir(tmp_path)
    script = Path(episode.folder) / "script.json"
    with_cover = ("make", "--from-script", script, "--cover", "mine.jpg", "--out", "other", "--json")
    made = podloom(*with_cover).json
    monkeypatch.chdir("/")
    again = podloom("make", "--from-script", Path(made["folder"]) / "script.json", "--json").json
    assert again["folder"] == made["folder"] == str(tmp_path / "other" / Path(episode.folder).name)
    assert manifest(again)["request"]["cover"] == str(tmp_path / "mine.jpg")


def test_a_failed_run_is_resumed_from_another_folder(podloom, tmp_path, monkeypatch):
    (tmp_path / "trees.md").write_text(TREES, "utf-8")
    monkeypatch.chdir(tmp_path)
    asked = ("make", "trees.md", "--engine", "tone", "--writer", "offline", "--minutes", "0.5", "--no-music")
    (tmp_path / "out" / "trees").mkdir(parents=True)
    (tmp_path / "out" / "trees" / "mine.txt").write_text("not yours", "utf-8")
    assert podloom(*asked, "--json").json["error"]["type"] == "OutputError"
    (tmp_path / "out" / "trees" / "mine.txt").unlink()
    monkeypatch.chdir("/")
    assert podloom("resume", "--json").json["folder"] == str(tmp_path / "out" / "trees")


def test_list_and_show(podloom, episode):
    (listed,) = podloom("list", "--json").json["episodes"]
    assert listed == json.loads(episode.model_dump_json())
    assert podloom("list", "--podcast", "Blue", "--json").json == {"episodes": []}
    assert "Street trees [draft]" in podloom("list").out
    for wanted in (episode.id, episode.id[:8], "Street trees [draft]"):
        assert podloom("show", wanted, "--json").json["episode"] == listed
    shown = podloom("show", episode.id[:8]).out
    assert episode.folder in shown
    assert "  0:00  " in shown
    (counted,) = podloom("stats", "--by", "engine", "--json").json["stats"]
    assert (counted["engine"], counted["done"], counted["audio_s"]) == ("tone", 1, episode.duration_s)
    assert counted["segments_per_s"] == pytest.approx(episode.segments / counted["mean_s"])
    assert counted["hits"]["tts"] == {"hits": 0, "lookups": episode.segments}
    unknown = podloom("show", "nothing", "--json")
    assert (unknown.code, unknown.json["error"]["type"]) == (2, "RequestError")


def test_list_without_episodes_says_how_to_make_one(podloom):
    ran = podloom("list")
    assert (ran.code, ran.out) == (0, "no episodes yet; make one with `podloom make SOURCE`\n")


def test_nothing_to_resume(podloom, episode):
    ran = podloom("resume", "--json")
    assert (ran.code, ran.json["error"]["message"]) == (
        2,
        "there is nothing to resume: every run has ended well",
    )
    assert "no unfinished run begins with 'abc'" in podloom("resume", "abc").err


def test_cache_stats_clear_and_clean(podloom, episode, home):
    tiers = {row["tier"]: row for row in podloom("cache", "stats", "--json").json["tiers"]}
    assert tiers["tts"]["entries"] == tiers["tts"]["misses"] == episode.segments
    assert str(home) in podloom("cache", "stats").out.replace("\n", "")
    assert podloom("cache", "clear", "--tier", "tts", "--json").json == {"cleared": episode.segments}
    assert podloom("cache", "clear").out.endswith("entries forgotten\n")
    wrong = podloom("cache", "clear", "--tier", "audio", "--json")
    assert (wrong.code, wrong.json["error"]["type"]) == (2, "RequestError")
    # The episode still refers to its clips.
    nothing = {"entries": 0, "clips": 0, "mixes": 0, "streams": 0, "partials": 0}
    assert podloom("clean", "--json").json == nothing
    assert podloom("clean").out == "0 entries, 0 clips, 0 mixes, 0 streams, 0 partials removed\n"


def test_phrases_that_were_voiced_before_are_not_voiced_again(podloom, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = ("cache", "warm", "Welcome to the show.", "--engine", "tone", "--speakers", "Ann,Ben")
    made = podloom(*asked, "--json").json
    assert made["made"] >= 4  # the disclosure and the phrase, with two voices
    assert podloom(*asked, "--json").json == {"made": 0, "known": made["made"] + made["known"]}
    assert podloom(*asked).out == f"0 clips made, {made['made'] + made['known']} there already\n"
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_db_upgrade(podloom):
    first = podloom("db", "upgrade", "--json").json
    assert first["before"] == ""
    assert podloom("db", "upgrade").out == f"the schema is at revision {first['revision']}, as it was\n"


def test_voices(podloom, tmp_path):
    listed = podloom("voices", "--engine", "tone", "--language", "ko", "--json").json
    assert {(voice["engine"], voice["language"]) for voice in listed["voices"]} == {("tone", "ko")}
    assert "tone-low" in podloom("voices", "--engine", "tone").out
    assert podloom("voices", "--engine", "wavenet", "--json").json["error"]["type"] == "VoiceError"


def test_a_sample_of_a_voice(podloom, tmp_path):
    to = tmp_path / "sample.flac"
    asked = ("voices", "--engine", "tone", "--sample", "tone-low", "--text", "Hello there.")
    assert podloom(*asked, "--to", to, "--json").json["sample"] == str(to)
    assert to.read_bytes()[:4] == b"fLaC"
    assert podloom(*asked, "--to", to).out == f"Low tone speaks in {to}\n"
    assert podloom(*asked, "--to", tmp_path / "none" / "sample.wav").code == 5
    assert podloom(*asked, "--to", tmp_path / "sample.xyz").code == 5
    assert podloom("voices", "--engine", "tone", "--sample", "nobody").code == 4


def test_the_demo_needs_a_clone(podloom, monkeypatch):
    monkeypatch.setattr("podloom.cli.demo.ARTICLES", {"en": "nothing.md"})
    ran = podloom("demo", "--json")
    assert (ran.code, ran.json["error"]["type"]) == (3, "SourceError")


def test_doctor_says_what_is_there_and_what_to_do(podloom, monkeypatch):
    monkeypatch.setattr("podloom.stages.health.extras", lambda: {"coqui": "a-package-that-is-not-there"})
    ran = podloom("doctor", "--json")
    found = {finding["name"]: finding for finding in ran.json["findings"]}
    assert ran.code == 0, [finding for finding in found.values() if finding["state"] == "bad"]
    assert {found[name]["state"] for name in ("podloom", "home", "engine tone", "cache", "database")} == {
        "ok"
    }
    assert {found[name]["state"] for name in ("writer", "engine openai", "prefect")} == {"off"}
    assert found["extra coqui"]["advice"] == "if you want it: pip install 'podloom[coqui]'"


def test_doctor_names_what_is_broken_and_exits_with_1(podloom, monkeypatch):
    monkeypatch.setattr("podloom.stages.health.ENGINES", {"openai": None})
    nobody = "127.0.0.1:9"
    for name, address in {
        "PODLOOM_LLM_BASE_URL": f"http://{nobody}/v1",
        "PODLOOM_SPEECH_BASE_URL": f"http://{nobody}/v1",
        "PODLOOM_CACHE_REDIS_URL": f"redis://{nobody}/0",
        "PODLOOM_DATABASE_URL": f"postgresql://u@{nobody}/x",
        "PREFECT_API_URL": f"http://{nobody}/api",
        "PODLOOM_LLM_MAX_RETRIES": "0",
        "PODLOOM_SPEECH_MAX_RETRIES": "0",
    }.items():
        monkeypatch.setenv(name, address)
    ran = podloom("doctor")
    assert ran.code == 1
    broken = [line.split()[1] for line in ran.out.splitlines() if "PROBLEM" in line]
    assert broken == ["writer", "engine", "speech", "cache", "database", "prefect"]
    assert "'podloom[coqui]'" in ran.out or "coqui-tts" in ran.out


@pytest.mark.parametrize("words", [("submit", TREES), ("watch", "0000")])
def test_without_a_server_nothing_is_queued_or_watched(podloom, words, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    ran = podloom(*words, "--json")
    assert (ran.code, ran.json["error"]["type"]) == (2, "SettingsError")
