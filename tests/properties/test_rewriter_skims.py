"""A skim must say what the tree says, wherever it is not lost."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overallt.tagging.contexts import Context
from overallt.tagging.skims import Skim
from overallt.tagging.tokenizer import Tokenizer

pytestmark = pytest.mark.long

NAMES = re.findall(
    r"\S+",
    "a a a code code button kbd samp select option optgroup template svg svg path title"
    " desc math mi table tr td caption li dd dt h1 h2 span i-x form object input br img"
    " hr meta script style xmp ruby rt nobr html body font video datalist foreignObject"
    " annotation-xml p p div pre ul article center b i u em strong big small tt s",
)
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
            "<meta name=overallt content=off>",
        ]
    ),
)


def agree(page: str) -> bool:
    data = page.encode()
    skim, tree = Skim(), Context()
    skimmer, tokenizer = Tokenizer(skim), Tokenizer(tree)
    skimmer.feed(data)
    tokenizer.feed(data)
    if skim.is_lost:
        return True
    skimmed = skimmer.stands_in_text and skim.allows_button()
    return skimmed == (tokenizer.stands_in_text and tree.allows_button())


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
