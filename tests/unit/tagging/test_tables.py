from collections.abc import Callable

import pytest

type Counted = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("page", "ids"),
    [
        ("<table><tr><td><kbd>x<td>[Flattr=1]", ["1"]),
        ("<table><td><kbd>x<tr><th>[Flattr=1]", ["1"]),
        ("<table><td><kbd>x</td>y</table>[Flattr=1]", ["1"]),
        ("<table><td><kbd>x</th>[Flattr=1]", []),
        ("<table><td><kbd>x</tr>[Flattr=1]", ["1"]),
        ("<table><td><kbd>x</tbody>[Flattr=1]", ["1"]),
        ("<table><td><kbd>x<tfoot><td>[Flattr=1]", ["1"]),
        ("<table><caption><kbd>x</caption>[Flattr=1]", ["1"]),
        ("<table><caption><kbd>x<tr><td>[Flattr=1]", ["1"]),
        ("<table><caption><kbd>x</tr>[Flattr=1]", []),
        ("<table><td>x<caption>[Flattr=1]", ["1"]),
        ("<table><col><kbd>x<td>[Flattr=1]", ["1"]),
        ("<table><td>x<col> <col></colgroup>[Flattr=1]", ["1"]),
        ("<table><colgroup>[Flattr=1]<col>[Flattr=2]", ["1", "2"]),
        ("<table><colgroup></p><tr><td>[Flattr=1]", ["1"]),
        ("<table><kbd>x<table>[Flattr=1]", ["1"]),
        ("<table><td><kbd><table>x</table>[Flattr=1]</table>[Flattr=2]", ["2"]),
        ("<table><td><table><td>[Flattr=1]</table>[Flattr=2]", ["1", "2"]),
        ("<tr><td>[Flattr=1]", ["1"]),
        ("<kbd><tr><td>[Flattr=1]</kbd>[Flattr=2]", ["2"]),
        ("<template><tr><td><kbd></template>[Flattr=1]", ["1"]),
        ("<table><template></table></template><td>[Flattr=1]", ["1"]),
        ("<table><form><tr><td>x</form>[Flattr=1]", ["1"]),
        ("<table> <tr> <td> </table>[Flattr=1]", ["1"]),
        ("</table></td>[Flattr=1]", ["1"]),
        ("<kbd><table><td></kbd>[Flattr=1]", []),
    ],
)
def test_the_parts_of_a_table_close_each_other(
    page: str, ids: list[str], counted: Counted
) -> None:
    assert ids == counted(page)
