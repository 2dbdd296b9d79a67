"""A skim must say what the tree says, wherever it is not lost."""

import re
from operator import attrgetter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overallt.tagging import legacy_candidates, text_tags
from overallt.tagging.contexts import Context
from overallt.tagging.open_elements import ADOPTION_ROUNDS
from overallt.tagging.readers import Reader
from overallt.tagging.skims import Skim
from overallt.tagging.spans import Span
from overallt.tagging.tokenizer import Tokenizer

if TYPE_CHECKING:
    from overallt.tagging.legacy_candidates import LegacyCandidate
    from overallt.tagging.text_tags import Candidate

pytestmark = pytest.mark.long

NAMES = re.findall(
    r"\S+",
    "a a a code code button kbd samp select option optgroup template svg svg path title"
    " desc math mi table tr td caption li dd dt h1 h2 span i-x form object input br img"
    " hr meta script style xmp ruby rt nobr html body font video datalist foreignObject"
    " annotation-xml p p div pre ul article center b i u em strong big small tt s",
)
BLOCKS = ["<div>", "<div>", "<p>", "<h3>", "<li>", "</div>", "</p>", "<b>", "x"]
ATTRIBUTES = [
    *("a", "a=", "a=b", "a='>'", 'a=">"', "a = '<'", 'a="', "=x", "='>'", "a=b'c"),
    *("contentEditable", "contenteditable=false", "contenteditable='x'", "contente"),
    *("name=overallt", "name='Overallt'", "name=' overallt '", 'name="other"'),
    *("content=off", "CONTENT='off'", "content=on", "a=/", "/"),
]
RAW_NAMES = ["script", "noscript", "iframe", "textarea", "title", "style", "xmp"]
RAW_PARTS = [
    *("x", "<", "<<", "</", "<!", "<!--", "-->", "-", "--", "--!>", "<!-->", "<!--->"),
    *("<script>", "</script", "<scr", "</noscrip", "</textarea", "</ifram", "</p>"),
    *("<p contenteditable>", "<a>", "'", '"', ">", "/", " "),
]
names = st.sampled_from(NAMES)
pieces = st.one_of(
    names.map("<{}>".format),
    names.map("</{}>".format),
    names.map("<{}/>".format),
    names.map("<{} b = 'c' D=e>".format),
    names.map("<{0}>x</{0}>".format),
    names.map(str.upper).map("<{0} A=b>x</{0}>".format),
    st.sampled_from(
        [
            *("x", " ", "<p contenteditable>", "<p CONTENTEDITABLE>", "<!-- a -->"),
            *("<p contentEditable>", "<!doctype html>", "<![CDATA[x]]>", "<!-- --!>"),
            *("<a href=x><b>y</b></a>", "<code>x<i>y</code>", "<button><i>x</button>"),
            *("<svg a=b/>", "<svg><path d=x></svg>", "<script>'</p>'</script>"),
            *("<a name=x>", "</a>", "<object><param name=x><p>y</object>"),
            *("<video controls><source src=x></video>", "<kbd><b>x</i><br></kbd>"),
            *("<!-- -- - --->", "<!---->", "<!----->", "<!-->", "<!--->", "<!-- --!>"),
            *("<!x>", "<!>", "<!->", "<?x>", "<?>", "</5>", "</>", "</ >"),
            *("<", "<<", "< a>", "<5", "<p", "<!--", "'", '"', ">", "/>", "-->", "]]>"),
            "<svg><style>p{}</style><desc>x</desc><title>y</title></svg>",
            *("<svg><title><p></title></svg>", "<svg><desc>", "<svg a='/'><g/></svg>"),
            "<meta content=off name=overallt>",
            "<META a name='OverAllt' CONTENT=off>",
        ]
    ),
    # What links hold; up to more blocks than the adoption agency has rounds.
    st.builds(
        "<{}>{}{}{}".format,
        st.sampled_from(["a", "a name=x", "code", "button", "object", "kbd"]),
        st.integers(0, ADOPTION_ROUNDS + 1).map(lambda count: "<div>" * count),
        st.lists(st.sampled_from(BLOCKS), max_size=4).map("".join),
        st.sampled_from(["", "x", "</a>", "</code>", "</button>", "</object>"]),
    ),
    st.builds(
        "<{} {}>".format,
        st.sampled_from(["p", "p", "i-x", "a", "/a", "svg", "meta", "body"]),
        st.lists(st.sampled_from(ATTRIBUTES), max_size=4).map(" ".join),
    ),
    st.builds(
        "<{0}>{1}</{0}{2}>".format,
        st.sampled_from(RAW_NAMES),
        st.lists(st.sampled_from(RAW_PARTS), max_size=5).map("".join),
        st.sampled_from(["", " ", "/", " x", "x></script></noscript"]),
    ),
)


tags = st.sampled_from(
    [
        *(
            "[Flattr=7]",
            " [Flattr=7] ",
            "&#91;Flattr=7]",
            "<[Flattr=7]",
            "[[Flattr=7]]",
        ),
        *("<a href=x>[Flattr=7]</a>", "<a>[Flattr=7][Flattr=8]</a>", "</[Flattr=7]>"),
        *("<p title='[Flattr=7]'>", "<p title=[Flattr=7]>", "<!--[Flattr=7]-->"),
        *("<script>[Flattr=7]</script>", "<![Flattr=7]>", "\x01"),
        "<a class=FlattrButton href=https://x.example/></a>",
        "<code><a class=FlattrButton href=https://x.example/></a></code>",
    ]
)


def is_text(tokenizer: Tokenizer, context: Context | Skim) -> bool:
    return tokenizer.stands_in_text and context.allows_button()


def agree(page: str) -> bool:
    """Tell whether a skim of the whole page, one by bytes and the tree agree.

    Byte by byte no run sees a whole tag, so the skim itself is told of each.
    """
    data = page.encode()
    tree = Context()
    tokenizer = Tokenizer(tree)
    tokenizer.feed(data)
    told = is_text(tokenizer, tree)
    for size in (len(data) + 1, 1):
        skim = Skim()
        skimmer = Tokenizer(skim)
        for at in range(0, len(data), size):
            skimmer.feed(data[at : at + size])
        if not skim.is_lost and is_text(skimmer, skim) != told:
            return False
    return True


@settings(deadline=None, max_examples=2000)  # The machine may be busy.
@given(st.lists(pieces, max_size=25))
def test_a_skim_says_what_the_tree_says(found: list[str]) -> None:
    assert agree("".join(found))


@settings(deadline=None, max_examples=2000)  # The machine may be busy.
@given(names, st.lists(pieces, max_size=6), names, st.lists(pieces, max_size=4))
def test_a_skim_says_what_the_tree_says_of_a_unit(
    before: str, inside: list[str], after: str, rest: list[str]
) -> None:
    for unit in ("a", "code", "button", "kbd", "select", "template", "svg"):
        page = f"<{before}><{unit}>{''.join(inside)}</{unit}></{after}>{''.join(rest)}"

        assert agree(page), page


def counts_alone(data: bytes, span: Span) -> bool:
    """Tell whether *span* counts by a reader that is asked about nothing else."""
    reader = Reader(None)
    reader.remember(data[: span.start])
    return reader.frame(data, span) is not None


@settings(deadline=None, max_examples=2000)  # The machine may be busy.
@given(st.lists(st.one_of(pieces, tags), max_size=25))
def test_a_run_goes_past_what_counts_if_asked_alone(found: list[str]) -> None:
    data = "".join(found).encode()
    spans: list[Candidate | LegacyCandidate] = [*text_tags.candidates(data)]
    spans += legacy_candidates.candidates(data)
    spans.sort(key=attrgetter("start"))
    counting = Reader(None).framed(data, spans, len(data))

    assert [each for each in spans if counts_alone(data, each)] == [
        span for span, _ in counting
    ]


@pytest.mark.parametrize(
    "page",
    [
        "<p>x <a href=y>z</a>",
        "<a><div><h3>x</h3></div></a>",
        "<h3><a name=x></h3><p>y</a>",
        "<a name=x><pre>y<a name=z></a></pre>",
        "<button><svg><path d=x /></svg></button>",
        "<select><option>x<option>y</select>",
        "<template><tr><a></template>",
        "<kbd><b>x</b></kbd>",
        "<svg><title>x</title><g/></svg>",
        "<A HREF=x><B>y</B></A>",
    ],
)
def test_what_is_usual_loses_no_skim(page: str) -> None:
    skim = Skim()
    Tokenizer(skim).feed(page.encode())

    assert not skim.is_lost
    assert skim.allows_button()
