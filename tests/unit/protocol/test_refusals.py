"""The codes on the wire are Flattr's words."""

from overallt.protocol.refusals import RefusalCode


def test_a_code_is_its_name_in_lower_case() -> None:
    assert {code.name.lower() for code in RefusalCode} == {
        code.value for code in RefusalCode
    }
