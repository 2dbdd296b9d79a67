from collections.abc import Callable

import pytest

from overallt.tagging import reasons
from overallt.tagging.open_elements import DEEPEST
from overallt.tagging.xml_contexts import XmlContext
from overallt.tagging.xml_namespaces import MOST_DECLARED
from overallt.tagging.xml_tags import read_start
from overallt.tagging.xml_tokenizer import XmlTokenizer

type Found = Callable[..., list[str]]

ROOT = '<html xmlns="http://www.w3.org/1999/xhtml">'
XHTML = "application/xhtml+xml"


def test_the_shared_vectors_hold(
    xhtml_vector: tuple[str, list[str]], found: Found
) -> None:
    page, ids = xhtml_vector

    assert ids == found(page, content_type=XHTML)


@pytest.mark.parametrize(
    ("deep", "ids"), [(DEEPEST - 1, ["1"]), (DEEPEST, []), (10 * DEEPEST, [])]
)
def test_only_so_much_nesting_is_followed(
    deep: int, ids: list[str], found: Found
) -> None:
    page = ROOT + "<p>" * deep + "[Flattr=1]"

    assert ids == found(page, content_type=XHTML)


@pytest.mark.parametrize(
    ("declared", "ids"), [(MOST_DECLARED - 1, ["1"]), (MOST_DECLARED, [])]
)
def test_only_so_many_prefixes_are_followed(
    declared: int, ids: list[str], found: Found
) -> None:
    prefixes = " ".join(f"xmlns:x{each}='y'" for each in range(declared))
    page = f"{ROOT}<p/><p {prefixes}>[Flattr=1]"

    assert ids == found(page, content_type=XHTML)


def test_prefixes_out_of_scope_are_forgotten(found: Found) -> None:
    page = ROOT + "<b xmlns:x='y'/><b xmlns:x='y'></b>" * MOST_DECLARED + "[Flattr=1]"

    assert ["1"] == found(page, content_type=XHTML)


def test_what_was_given_up_stays_so() -> None:
    context = XmlContext()
    tag = read_start(ROOT.encode())
    assert tag is not None
    context.start(tag)
    assert context.allows_button()
    context.end(b"p")

    assert context.given_up
    assert not context.allows_button()


@pytest.mark.parametrize(
    ("page", "obstacle"),
    [
        ("", reasons.OUTSIDE),
        (f"{ROOT}<code/></html>", reasons.OUTSIDE),
        (f"{ROOT}<p>", ""),
        (f"{ROOT}<p><code><a>", "inside <code>"),
        (f"{ROOT}<svg xmlns='http://www.w3.org/2000/svg'>", "inside <svg>"),
        (
            '<x:html xmlns:x="http://www.w3.org/1999/xhtml"><x:p>',
            reasons.OTHER_NAMESPACE,
        ),
    ],
)
def test_an_obstacle_is_named_where_text_stays(page: str, obstacle: str) -> None:
    context = XmlContext()
    XmlTokenizer(context, charset=None).feed(page.encode())

    assert obstacle == context.obstacle
    assert (not obstacle) == context.allows_button()
