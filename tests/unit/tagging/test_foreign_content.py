from collections.abc import Callable

import pytest

type Counted = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("page", "ids"),
    [
        ("<svg/>[Flattr=1]", ["1"]),
        ("<svg><g/><path></svg>[Flattr=1]", ["1"]),
        ("<svg><g></svg>[Flattr=1]", ["1"]),
        ("<svg><g></a></g>[Flattr=1]", []),
        ("<svg><a>x</a>[Flattr=1]", []),
        ("<svg><![CDATA[</svg>[Flattr=1]]]>x</svg>[Flattr=2]", ["2"]),
        ("<svg><style><p>[Flattr=1]", ["1"]),
        ("<svg><title><p>[Flattr=1]</p></title></svg>[Flattr=2]", ["2"]),
        ("<svg><desc><svg></p>x</svg></desc></svg>[Flattr=1]", ["1"]),
        ("<svg></p>[Flattr=1]", ["1"]),
        ("<svg></br>[Flattr=1]", ["1"]),
        ("<svg><g></div></svg>[Flattr=1]", ["1"]),
        ("<div><svg></div>[Flattr=1]", ["1"]),
        ("<svg><foreignObject><div></svg>[Flattr=1]</div></svg>[Flattr=2]", ["2"]),
        ("<svg><font>[Flattr=1]", []),
        ("<svg><font color=red>[Flattr=1]", ["1"]),
        ("<math><mi>x<p>[Flattr=1]</p></mi></math>[Flattr=2]", ["2"]),
        ("<math><mi><mglyph><p>[Flattr=1]", []),
        ("<math><mi><svg>x</svg></mi></math>[Flattr=1]", ["1"]),
        ("<math><annotation-xml><svg><p>[Flattr=1]", ["1"]),
        ("<math><annotation-xml><x><p>[Flattr=1]", ["1"]),
        ("<math><annotation-xml encoding=text/html><p>[Flattr=1]", []),
        ("<svg> <g> </g></svg>[Flattr=1]", ["1"]),
    ],
)
def test_foreign_content_ends_where_browsers_end_it(
    page: str, ids: list[str], counted: Counted
) -> None:
    assert ids == counted(page)
