from overallt.tagging import elements


def test_every_element_that_the_design_forbids_is_forbidding() -> None:
    forbidden = (
        "script style textarea title noscript template iframe noembed noframes xmp"
        " plaintext select option optgroup datalist a button code kbd samp svg math"
        " head object audio video canvas"
    )
    names = set(forbidden.encode().split())

    assert names == {name for name in elements.FORBIDDING if b" " not in name}


def test_every_part_of_a_table_knows_its_parents() -> None:
    assert elements.TABLE_PARTS == set(elements.PARTS_PARENTS)
