import pytest

from podloom.sources.markdown import looks_like_markdown, parse_markdown


@pytest.mark.parametrize(
    ("markdown", "paragraphs"),
    [
        ("# Wind {#top}\n\nIt is **very** *strong*.", ["Wind", "It is very strong."]),
        ("Wind\n====\n\nand\nwater", ["Wind", "and water"]),
        ("A [link](http://x.example 'tip') and ![a picture](p.png)here.", ["A link and here."]),
        ("See <https://www.x.example/a/b> or https://y.example/c?d=e.", ["See x.example or y.example."]),
        ("Set `x` to 1.\n\n```python\nprint(x)\n```\n\n    indented()\n\nDone.", ["Set x to 1.", "Done."]),
        ("- one\n- two!\n  - three,\n- [ ] four", ["one. two! three. four."]),
        ("1. One.\n\n2. Two.", ["One.", "Two."]),
        (
            "| Name | Size | Kind |\n|---|---|---|\n| Base | 145 MB | |\n| Tiny | 71 MB | old |",
            ["Base: Size 145 MB. Tiny: Size 71 MB, Kind old."],
        ),
        ("| Only |\n|---|\n| cell |", ["cell."]),
        ("> [!NOTE]\n> Quoted text.\n> > Deeper.", ["Quoted text.", "Deeper."]),
        ("!!! warning\n    Mind the gap.", ["Mind the gap."]),
        ("<div align='center'><b>Bold</b> claim <!-- no --></div>", ["Bold claim"]),
        ("<!-- nothing -->\n\n<script>\nx()\n</script>\n\nText.", ["Text."]),
        ("Struck ~~out~~ text[^1].\n\n[^1]: A footnote.", ["Struck text.", "A footnote."]),
        ("Press <kbd>Q</kbd> &amp; go<br>on", ["Press Q & go on"]),
        (
            "10<sup>6</sup> cells on 5 km<sup>2</sup>, 10<sup>-9</sup> mol, Smith<sup>1</sup>",
            ["10^6 cells on 5 km^2, 10^-9 mol, Smith1"],
        ),
        ("2 \\* 3 = 6, snake\\_case", ["2 * 3 = 6, snake_case"]),
        ("***\n\nAfter a rule.", ["After a rule."]),
        ("- यह तेज़ है।\n- أهي قوية؟\n- „Ja.“\n- 风很大：", ["यह तेज़ है। أهي قوية؟ „Ja.“ 风很大："]),
        ("**바람**은 [강합니다](x).\n\n- 첫째\n- 둘째", ["바람은 강합니다.", "첫째. 둘째."]),
    ],
)
def test_markdown_becomes_prose(markdown, paragraphs):
    assert parse_markdown(markdown).text.split("\n\n") == paragraphs


@pytest.mark.parametrize(
    ("markdown", "title"),
    [
        ("---\ntitle: 'Wind: a story'\ndate: 2026\n---\n# Other\n\nText.", "Wind: a story"),
        ('+++\ndraft = true\ntitle = "Wind"\n+++\nText.', "Wind"),
        ("---\ndate: 2026\n---\nText.\n\n## The *first*\n\n# Second", "The first"),
        ("![](logo.png)\n\n# ![](logo.png)\n\n## Name", "Name"),
        ("Just text.", ""),
    ],
)
def test_titles(markdown, title):
    parsed = parse_markdown(markdown)
    assert parsed.title == title
    assert "date" not in parsed.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Heading\n\nText", True),
        ("See [this](https://x.example).", True),
        ("| a | b |\n|---|---|", True),
        ("```\ncode\n```", True),
        ("We are #1 in wind.\n\nIt costs 3 * 4 = 12 [euros].", False),
        ("He said - and meant it - that it was over.", False),
    ],
)
def test_pasted_markdown_is_recognised(text, expected):
    assert looks_like_markdown(text) is expected
