from podloom.domain import ChapterScript, Script, Segment
from podloom.script.check import RepeatedRun, distinct_2, mattr, repeated_runs

SAID = "reefs below six meters recovered within about twelve years in all"


def script(*chapters):
    return Script(
        title="T",
        summary="S",
        language="en",
        draft=False,
        chapters=tuple(
            ChapterScript(
                index=n,
                title=f"C{n}",
                segments=tuple(
                    Segment(chapter=n, index=i, speaker="A", text=text) for i, text in enumerate(lines)
                ),
            )
            for n, lines in enumerate(chapters)
        ),
    )


def test_words_that_two_chapters_share_are_found_whatever_their_punctuation():
    found = repeated_runs(script([f"Now: {SAID}."], ["Something else."], [SAID.title() + "!"]))
    assert found == (RepeatedRun(SAID, (0, 2)),)


def test_seven_words_are_no_repetition():
    assert repeated_runs(script([" ".join(SAID.split()[:7])], [SAID])) == ()


def test_within_a_chapter_nothing_counts():
    assert repeated_runs(script([SAID, SAID], ["Something else."])) == ()


def test_the_longest_repetition_comes_first():
    other = "one two three four five six seven eight"
    found = repeated_runs(script([other, SAID], [SAID, other]))
    assert [run.text for run in found] == [SAID, other]


def test_distinct_pairs():
    assert distinct_2(script(["a b c d"])) == 1
    assert distinct_2(script(["a b a b a b"])) == 2 / 5
    assert distinct_2(script([])) == 1


def test_different_words_in_a_window():
    assert mattr(script(["a b a b"]), window=2) == 1
    assert mattr(script(["a a b b"]), window=2) == (0.5 + 1 + 0.5) / 3
    assert mattr(script(["a a b"])) == 2 / 3
    assert mattr(script([])) == 1
