"""The bank's answer is read whole, whatever it answers for."""

import pytest
from bank_files import report, statement

from overallt_server.payments.pain002 import Answer, Report, read
from overallt_server.payments.xml_nodes import UnreadableFile


@pytest.mark.parametrize("version", ["03", "10"])
def test_each_transfer_has_its_answer(version: str) -> None:
    content = report(
        ("RF97PA11", "ACCP", ""),
        ("RF70PA12", "RJCT", "AC04"),
        message="OVERALLT1",
        version=version,
    )

    told = read(content)

    assert (
        Report(
            "OVERALLT1",
            (
                Answer("RF97PA11", "ACCP", ""),
                Answer("RF70PA12", "RJCT", "AC04 said so"),
            ),
        )
        == told
    )
    assert [False, True] == [each.is_rejection for each in told.answers]


def test_a_whole_file_or_a_payment_may_be_rejected() -> None:
    whole = read(report(message="OVERALLT1", group="RJCT"))
    payment = read(report(message="OVERALLT1", payments=[("RF97PA11", "RJCT", "AC01")]))

    assert (Answer("", "RJCT", "FF01 said so"),) == whole.answers
    assert (Answer("RF97PA11", "RJCT", "AC01 said so"),) == payment.answers


@pytest.mark.parametrize(
    "content",
    [
        b"",
        statement(),
        report(message="m").replace(b"OrgnlMsgId", b"MsgId"),
        report(("RF97PA11", "RJCT", ""), message="m").replace(b"TxSts", b"Sts"),
        report(("RF97PA11", "RJCT", ""), message="m").replace(b"EndToEndId", b"Id"),
        b"<!DOCTYPE Document>" + report(message="m").partition(b"\n")[2],
    ],
)
def test_what_lacks_something_is_not_read(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read(content)
