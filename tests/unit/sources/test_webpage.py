import pytest

from podloom.errors import SourceError
from podloom.sources.webpage import parse_webpage

ARTICLE = """<!doctype html><html lang="en-GB"><head><title>Wind blades | The Site</title>
<meta property="og:title" content="Wind blades"></head><body>
<nav><a href="/">Home</a> <a href="/about">About us</a></nav>
<article><h1>Wind blades</h1>
<p>The blades of a modern turbine are made of glass fibre and last for
<a href="https://x.example">twenty years</a> or <b>more</b>.</p>
<h2>What happens to them</h2>
<p>Old blades are hard to recycle &amp; heavy. They are cut up, or they are burned in cement works.</p>
<ul><li>Cut them</li><li>Burn them</li></ul>
<table><tr><th>Part</th><th>Weight</th></tr><tr><td>Blade</td><td>12 t</td></tr></table>
<pre><code>print("hidden code")</code></pre>
<p>A new factory in Denmark takes the fibre out again, but it is small and costs a lot of money.</p></article>
<section class="comments"><p>Nice post, thank you!</p></section>
<footer><p>Copyright 2026 The Site Ltd. All rights reserved.</p></footer></body></html>"""


def test_an_article_without_its_surroundings():
    parsed = parse_webpage(ARTICLE, "a.html")
    assert (parsed.kind, parsed.title, parsed.language) == ("html", "Wind blades", "en")
    assert parsed.text.split("\n\n")[-6:] == [
        "The blades of a modern turbine are made of glass fibre and last for twenty years or more.",
        "What happens to them",
        "Old blades are hard to recycle & heavy. They are cut up, or they are burned in cement works.",
        "Cut them. Burn them.",
        "Blade: Weight 12 t.",
        "A new factory in Denmark takes the fibre out again, but it is small and costs a lot of money.",
    ]


@pytest.mark.parametrize("outside", ["Home", "About us", "hidden code", "Nice post", "Copyright"])
def test_what_is_not_the_article_is_left_out(outside):
    assert outside not in parse_webpage(ARTICLE, "a.html").text


def test_a_fragment_is_read_too():
    parsed = parse_webpage("<h1>바람</h1><p>바람이 밤새 불어서 날개가 돌았습니다.</p>", "a.html")
    assert parsed.title == "바람"
    assert parsed.text.endswith("바람이 밤새 불어서 날개가 돌았습니다.")


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("<html><body><div id=root></div><script>start()</script></body></html>", "holds no article text"),
        (
            "<html><body><noscript>You need to enable JavaScript to run this app.</noscript></body></html>",
            "only with JavaScript",
        ),
        ("<html><body></body></html>", "holds no article text"),
    ],
)
def test_a_page_without_article_is_an_error(page, message):
    with pytest.raises(SourceError, match=message):
        parse_webpage(page, "https://a.example")
