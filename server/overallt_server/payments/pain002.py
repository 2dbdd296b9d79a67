"""The bank's answer to orders, a file pain.002: what it has taken, what it rejects.

It answers for a whole file, for a payment in it, or for a transfer in a payment. As
``pain001`` makes each order a payment of its own and calls both by our reference, the
last two are the same here. Only a rejection says something about money: what the bank
has accepted is paid once its statement says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from overallt_server.payments.xml_nodes import Node, read_document

_NAMESPACES: Final = re.compile(
    r"urn:iso:std:iso:20022:tech:xsd:pain\.002\.001\.(?P<version>03|10)"
)
# External code sets, PaymentGroupStatus, PaymentTransactionStatus.
REJECTED: Final = "RJCT"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one order; ``reference`` is empty if it is said of all."""

    reference: str
    status: str
    reason: str

    @property
    def is_rejection(self) -> bool:
        """Whether nothing of it will leave."""
        return self.status == REJECTED


@dataclass(frozen=True, slots=True)
class Report:
    """What the bank answers to the file that it calls ``message``, as we do."""

    message: str
    answers: tuple[Answer, ...]


def read(content: bytes) -> Report:
    """Read the file *content*.

    Raises:
        UnreadableFile: it is no pain.002 of these versions, or lacks what is needed.
    """
    document, _namespace = read_document(
        content, _NAMESPACES, "no pain.002 of version 001.03 or 001.10"
    )
    report = document.one("CstmrPmtStsRpt")
    whole = report.one("OrgnlGrpInfAndSts")
    return Report(whole.one("OrgnlMsgId").text, tuple(_answers(report, whole)))


def _answers(report: Node, whole: Node) -> Iterator[Answer]:
    if status := whole.maybe_text("GrpSts"):
        yield Answer("", status, _reason(whole))
    for payment in report.any("OrgnlPmtInfAndSts"):
        if status := payment.maybe_text("PmtInfSts"):
            yield Answer(payment.one("OrgnlPmtInfId").text, status, _reason(payment))
        for transfer in payment.any("TxInfAndSts"):
            reference = transfer.one("OrgnlEndToEndId").text
            status = transfer.one("TxSts").text
            yield Answer(reference, status, _reason(transfer))


def _reason(node: Node) -> str:
    told = []
    for each in node.any("StsRsnInf"):
        code = each.maybe_text("Rsn", "Cd") or each.maybe_text("Rsn", "Prtry")
        told += [code, *(more.text for more in each.any("AddtlInf"))]
    return " ".join(filter(None, told))
