import re
from xml.etree import ElementTree as ET

import pytest

from overallt.tagging.button import button, label_of

ADDRESS = "https://flattr.internal/give/7?page=x&seal=y"
SVG = "{http://www.w3.org/2000/svg}"


def test_a_button_is_a_link_to_its_address_in_a_new_window() -> None:
    link = ET.fromstring(button(address=ADDRESS, label="Essay"))  # noqa: S314 - our own markup.

    assert "a" == link.tag
    assert {"href": ADDRESS, "target": "_blank", "rel": "noopener"} == link.attrib


def test_a_sandboxed_page_opens_no_window() -> None:
    printed = button(address=ADDRESS, label="Essay", sandboxed=True)

    assert "target" not in printed


def test_its_label_is_read_out_and_never_markup() -> None:
    label = '<b>"Ada\'s" & co</b>'
    link = ET.fromstring(button(address=ADDRESS, label=label))  # noqa: S314 - our own markup.
    (picture,) = link

    assert label == picture.get("aria-label")
    assert label == picture.findtext(f"{SVG}title")
    assert "img" == picture.get("role")


def test_no_policy_can_forbid_what_it_is_made_of() -> None:
    printed = button(address=ADDRESS, label="Essay")

    assert not re.search(r"style|class|script|<img|url\(|\son\w+=|\sid=", printed)


@pytest.mark.parametrize(
    ("tag_id", "label"), [("7", "Flattr thing 7"), ("ada", "Flattr ada")]
)
def test_a_number_is_read_out_as_that_of_a_thing(tag_id: str, label: str) -> None:
    assert label == label_of(tag_id)
