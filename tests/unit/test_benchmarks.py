"""Benchmarks are not run here: that each starts is tested, and what they make of their numbers."""

import asyncio
import importlib
import json
import sys
from pathlib import Path

import pytest

from podloom.rehearsal import RehearsalServer

FOLDER = Path(__file__).parents[2] / "benchmarks"
ALL = sorted(path.stem for pattern in ("bench_*.py", "profile_*.py") for path in FOLDER.glob(pattern))
WITH_A_CHILD = ["bench_scale", "bench_load", "bench_real", "bench_repetition", "profile_seed"]


@pytest.fixture
def benchmark(monkeypatch):
    """A benchmark as a module; its neighbours are importable, as when it is started by path."""
    monkeypatch.syspath_prepend(str(FOLDER))
    known = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - known:
        if getattr(sys.modules[name], "__file__", None) and Path(sys.modules[name].__file__).parent == FOLDER:
            del sys.modules[name]


@pytest.mark.parametrize("name", ALL)
def test_all_say_what_they_do_and_report_by_their_own_name(benchmark, monkeypatch, capsys, name):
    monkeypatch.setattr(sys, "argv", [f"{name}.py", "--help"])
    module = benchmark(name)
    with pytest.raises(SystemExit) as ended:
        module.main()
    assert ended.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert " ".join(module.__doc__.splitlines()[0].split()) in shown
    assert f'"{name}"' in (FOLDER / f"{name}.py").read_text("utf-8")


@pytest.mark.parametrize("name", WITH_A_CHILD)
def test_options_of_those_that_can_be_quick(benchmark, name):
    asked = benchmark(name).parse(["--quick", "--json", "-"])
    assert (asked.quick, asked.json, asked.child) == (True, "-", "")


async def test_an_episode_for_the_scale_benchmark_is_timed_and_counted(benchmark, tmp_path):
    with RehearsalServer() as server:
        job = {"url": server.base_url, "episodes": 1, "minutes": 0.5, "words": 100}
        [(wall_s, segments)] = await benchmark("bench_scale").episodes(job, tmp_path)
    assert wall_s > 0
    assert segments == server.calls.count("speech")


@pytest.mark.parametrize(
    ("cpu", "exponent", "growth"),
    [([1, 2, 4], 1.0, 1.0), ([1, 4, 16], 2.0, 2.0), ([2, 3, 5], 0.66, 0.83)],
)
def test_growth_tells_linear_from_quadratic(benchmark, cpu, exponent, growth):
    rows = [
        {"segments": n, "CPU s": s, "CPU ms/segment": 1000 * s / n}
        for n, s in zip([100, 200, 400], cpu, strict=True)
    ]
    told = benchmark("bench_scale").growth("segments", rows)
    assert told["CPU exponent, more segments"] == pytest.approx(exponent, abs=0.01)
    assert told["CPU of a segment, growth with segments"] == pytest.approx(growth, abs=0.01)


def test_a_fixed_cost_is_told_from_the_cost_of_a_segment(benchmark):
    rows = [{"segments": n, "CPU s": 2 + 0.1 * n, "CPU ms/segment": 1} for n in (25, 100, 600)]
    told = benchmark("bench_scale").growth("segments", rows)
    assert told["CPU, fixed part, more segments (s)"] == pytest.approx(2)
    assert told["CPU of one more segment, more segments (ms)"] == pytest.approx(100)


@pytest.mark.parametrize("segments", [[25], [25, 25], []])
def test_one_length_says_nothing_about_growth(benchmark, segments):
    rows = [{"segments": n, "CPU s": 2.0, "CPU ms/segment": 80.0} for n in segments]
    assert benchmark("bench_scale").growth("segments", rows) == {}


@pytest.mark.parametrize(
    ("options", "shown", "met", "missed"),
    [
        ({}, "<= 1", [0.5, 1.0], [1.01]),
        ({"strictly": True}, "< 1", [0.99], [1.0, 2.0]),
        ({"at_least": True}, ">= 1", [1.0, 2.0], [0.99]),
        ({"at_least": True, "strictly": True}, "> 1", [1.01], [1.0]),
    ],
)
def test_a_goal_is_met_up_to_its_limit_or_short_of_it(benchmark, options, shown, met, missed):
    goal = benchmark("report").Goal("time", 1.0, **options)
    assert str(goal) == shown
    assert [goal.met(value) for value in met + missed] == [True] * len(met) + [False] * len(missed)


def test_the_peers_floor_knows_the_queue(benchmark):
    floor_s = benchmark("workload").floor_s
    peer = benchmark("bench_peer")
    assert floor_s(peer.SCENARIO, 3) == pytest.approx(1 + 3 / 3 + 0.5)
    assert pytest.approx(9 * 0.5) == peer.FLOOR_S  # 50 clips, six at once
    assert {goal.metric: goal.limit for goal in peer.GOALS}["cold (s)"] == 6.0


def test_three_of_ten_requests_repeat_an_earlier_one(benchmark):
    load = benchmark("bench_load")
    asked = load.requests(load.Load.of("50:20:30"), window_s=120)
    assert len(asked) == 40
    assert [each.repeat for each in asked].count(True) == 12
    assert len({each.topic for each in asked}) == 28
    assert all(each.topic < each.number for each in asked if each.repeat)
    assert [each.due_s for each in asked] == sorted(each.due_s for each in asked)
    assert asked == load.requests(load.Load.of("50:20:30"), window_s=120)


def test_failed_and_late_requests_are_counted(benchmark):
    load = benchmark("bench_load")
    asked = load.requests(load.Load(10, 5, 20), window_s=48)
    answered = [load.Answered(asked[n], done_s, error=error) for n, (done_s, error) in enumerate(
        [(10.0, ""), (20.0, ""), (21.0, ""), (1.0, "SpeechError: silent")]
    )]  # fmt: skip
    row = load.row_of(load.Load(10, 5, 20), "api", answered)
    assert (row["in time %"], row["errors %"], row["P50 s"], row["P100 s"]) == (50.0, 25.0, 20.0, 21.0)


class Kitchen:
    """A way that makes nothing: it notes who is served, and lets others in before it goes on."""

    def __init__(self):
        self.seen, self.now, self.most = [], set(), 0

    async def make(self, fields):
        number = int(Path(fields["out"]).name)
        self.seen.append(number)
        self.now.add(number)
        self.most = max(self.most, len(self.now))
        assert number - 3 not in self.now  # of the same user
        await asyncio.sleep(0)
        self.now.remove(number)
        if number == 3:
            raise ZeroDivisionError("no engine has such an error")
        return importlib.import_module("load_ways").Made(at=7.0)


async def test_a_user_asks_for_the_next_one_when_the_last_is_there(benchmark, tmp_path):
    load, kitchen = benchmark("bench_load"), Kitchen()
    asked = [load.Asked(n, float(n), n % 3, n, repeat=False) for n in range(5)]
    answered = await load.everybody(asked, kitchen, {"minutes": 1.0}, tmp_path, began_s=0.0)
    assert kitchen.seen == [0, 1, 2, 3, 4]
    assert kitchen.most == 3  # one each of three users
    done = {each.asked.number: each for each in answered}
    assert done[4].done_s == 3.0  # since it was wanted
    assert done[3].error == "ZeroDivisionError: no engine has such an error"
    assert [number for number, each in done.items() if each.error] == [3]


def test_hits_are_told_of_repeats_and_of_all(benchmark, tmp_path):
    load = benchmark("bench_load")
    asked = [load.Asked(n, 0.0, 0, 0, repeat=n > 0) for n in range(4)]
    for number, hits in enumerate(["2/8", "8/8", "6/8"]):  # the fourth failed
        page = tmp_path / "out" / f"{number}" / "title" / "episode.json"
        page.parent.mkdir(parents=True)
        page.write_text(json.dumps({"cache_hits": {"tts": hits}}), "utf-8")
    assert load.hit_rates(asked, tmp_path) == pytest.approx(
        {"hits of repeats %": 87.5, "hits of all %": 100 * 16 / 24}
    )
    assert load.hit_rates([], tmp_path) == {"hits of repeats %": 0.0, "hits of all %": 0.0}


def test_goals_of_a_load(benchmark):
    load = benchmark("bench_load")
    goals = [str(goal) for goal in load.goals_of({"load": "api"})]
    assert goals == [">= 99", "< 1", ">= 75"]


def test_percentiles(benchmark):
    percentile = benchmark("report").percentile
    assert percentile([], 95) == 0.0
    assert percentile([3.0], 95) == 3.0
    assert percentile(range(101), 95) == 95.0


@pytest.mark.parametrize(
    ("stack", "place", "area"),
    [
        (("api.py:main", "podloom/audio/mix.py:add", "numpy/core.py:sum"),
         "podloom/audio/mix.py:add", "mixing and mastering"),
        (("podloom/audio/measure.py:measure", "podloom/audio/peaks.py:add"),
         "podloom/audio/peaks.py:add", "measuring what is published"),
        (("podloom/api.py:go", "<frozen importlib._bootstrap>:_find", "openai/__init__.py:<module>"),
         "import of openai", "import"),
        (("<frozen importlib._bootstrap>:_find", "podloom/tts/queue.py:<module>"),
         "import of podloom", "import"),
        (("threading.py:run", "selectors.py:select"), "event loop and threads", "event loop and threads"),
    ],
)  # fmt: skip
def test_profiled_time_counts_for_whom_it_was_spent(benchmark, stack, place, area):
    profile = benchmark("profile_seed")
    assert (profile.place(stack), profile.area(stack)) == (place, area)


def test_the_quoting_writer_tells_its_own_points_only(benchmark):
    prompt = benchmark("podloom.llm.protocol").Prompt(
        system="",
        user=(
            "   - Trees give shade.\n   - Water cools the air.\n"
            '<source passage="1">\nTrees give shade in summer. Water cools the air at night.\n</source>\n'
            "# What to write now\nThe chapter named below tells:\n- Trees give shade.\n"
            "- About 50 spoken words"
        ),
        schema_name="chapter",
        schema={},
        max_tokens=100,
    )
    answer = benchmark("repetition_writers").quoting(["Trees give shade.", "Water cools the air."])
    assert answer(prompt) == '{"lines": [{"speaker": "Alex", "text": "Trees give shade in summer."}]}'


def test_a_worker_under_load_has_the_settings_of_the_benchmark_alone(benchmark, tmp_path, monkeypatch):
    monkeypatch.setenv("PODLOOM_WEBHOOK_URL", "https://operator.example/hook")
    monkeypatch.setenv("podloom_audio_gap_s", "2")
    server = benchmark("workload").PacedServer("http://127.0.0.1:1/v1")
    settings = benchmark("workload").settings_for(server, tmp_path / "home")
    made = benchmark("load_ways")._environment(settings, tmp_path, "")
    assert {name for name in made if name.upper().startswith("PODLOOM_")} == {
        "PODLOOM_HOME",
        "PODLOOM_LLM_BASE_URL",
        "PODLOOM_LLM_API_KEY",
        "PODLOOM_LLM_MODEL",
        "PODLOOM_SPEECH_BASE_URL",
        "PODLOOM_SPEECH_API_KEY",
    }
    assert "PATH" in made
