import pytest

from overallt.tagging import reasons
from overallt.tagging.open_elements import ADOPTION_ROUNDS, DEEPEST
from overallt.tagging.skims import Skim
from overallt.tagging.tokenizer import Tokenizer


def skim_of(page: str) -> Skim:
    """Skim *page* byte by byte: a run needs to see a whole tag to pass over it."""
    skim = Skim()
    tokenizer = Tokenizer(skim)
    for each in page.encode():
        tokenizer.feed(bytes([each]))
    return skim


@pytest.mark.parametrize(
    "page",
    [
        "x<p>y</b></p>",
        "<html><head><title><a></title></head><body>x",
        "<img><br><meta name=overallt content=on><link>",
        "<script><a></script>",
        "<i-x contenteditable=false>x",
        "<a>x</a>",
        "<a><b>x</b><i></i></a>",
        "<a>x</p></b></div>y</a>",
        "<a>x<a>y</a>",
        "<a><div>x<a>y</a>",
        "<a><span>x</span><hr><style><p></style></a>",
        "<a><div><h3>x</h3></div></a>",
        "<a><i><div><div></a>",
        "<a><code>x</code></a>",
        "<code><kbd>x</kbd></code>",
        "<code><code>x</code></code>",
        "<a>" + "<div>" * (ADOPTION_ROUNDS - 1) + "</a>",
        "<h3><a name=x></h3><p>y</a>",
        "<button><b>x</i></button>",
        "<button><div>x</div></button>",
        "<object><param><p>x</p></object>",
        "<button><svg><path d=x /></svg></button>",
        "<kbd><b>x</b></kbd>",
        "<video><source>x</video>",
        "<select><option>x<option>y<optgroup>z<hr></select>",
        "<select></option></optgroup></select>",
        "<template><tr><a></p></template>",
        "<template><template>x</template></template>",
        "<template><script></template></script><br></template>",
        "<svg/>",
        "<svg><g/><path></path></svg>",
        "<svg><title>x</title><![CDATA[</svg>]]></svg>",
        "<svg><svg>x</svg></svg>",
        "<math><mi>x</mi></math>",
        "<a><svg/><svg><g>x</g></svg></a>",
    ],
)
def test_text_counts_where_every_unit_is_closed(page: str) -> None:
    skim = skim_of(page)

    assert not skim.is_lost
    assert skim.allows_button()


@pytest.mark.parametrize(
    ("page", "obstacle"),
    [
        ("<a>x", "inside <a>"),
        ("<a></p>", "inside <a>"),
        ("<a><code>x</code>", "inside <a>"),
        ("<button></i>", "inside <button>"),
        ("<object></b>", "inside <object>"),
        ("<select><option></option>", "inside <select>"),
        ("<template></p></div>", "inside <template>"),
        ("<template><template></template>", "inside <template>"),
        ("<svg><svg></svg>", "inside <svg>"),
        ("<svg><![CDATA[</svg>]]>", "inside <svg>"),
        ("<math><mi>x</mi>", "inside <math>"),
        ("<kbd><svg></svg>", "inside <kbd>"),
    ],
)
def test_text_stays_in_an_open_unit(page: str, obstacle: str) -> None:
    skim = skim_of(page)

    assert not skim.is_lost
    assert not skim.allows_button()
    assert obstacle == skim.obstacle


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<frameset>", "behind <frameset>"),
        ("<plaintext>", "behind <plaintext>"),
        ("<body contenteditable>", reasons.EDITABLE),
        ("<html contenteditable=''>", reasons.EDITABLE),
        ("<meta name=overallt content=off>", reasons.OPTED_OUT),
        ("<a><meta name=overallt content=off></a>", reasons.OPTED_OUT),
    ],
)
def test_from_here_on_all_text_stays(page: str, reason: str) -> None:
    skim = skim_of(page + "<p>")

    assert not skim.is_lost
    assert not skim.allows_button()
    assert reason == skim.given_up


@pytest.mark.parametrize(
    "page",
    [
        "<p contenteditable>",
        "<object><object>",
        "<object></div></p>",
        "<a><p contenteditable>",
        "<a><table>",
        "<a><option>",
        "<a><nobr>",
        "<a></table>",
        "<a></nobr>",
        "<a><div></i>",
        "<a><xmp>",
        "<a><code><a>",
        "<a>" + "<div>" * ADOPTION_ROUNDS + "</a>",
        "<button><button>",
        "<button></div></p>",
        "<kbd><div>",
        "<kbd><kbd>",
        "<kbd></i>",
        "<kbd>" + "<svg>" * (DEEPEST + 1),
        "<select><p>",
        "<select><input>",
        "<select></p>",
        "<template><svg>",
        "<template><body>",
        "<svg><p>",
        "<svg><font>",
        "<svg><title><g>",
        "<svg><g></a>",
        "<math><annotation-xml>",
    ],
)
def test_what_does_not_nest_well_loses_the_skim(page: str) -> None:
    assert skim_of(page).is_lost
