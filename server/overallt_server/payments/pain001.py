"""Orders to the bank: transfers within SEPA, as a file pain.001.001.09.

The file is sepaxml's, each order a payment of its own that the bank books by itself.
What sepaxml takes from chance and from the clock is replaced by names and a time of
ours, so that the same orders are the same bytes; what no bank has to take is replaced
as well. The result is checked against the standard's schema, which sepaxml ships.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

import sepaxml
from lxml import etree

from overallt_server.core.bank_accounts import BankAccount
from overallt_server.core.money import Money
from overallt_server.payments.xml_nodes import Node, UnreadableFile, read_document

_VERSION: Final = "pain.001.001.09"
_NAMESPACE: Final = f"urn:iso:std:iso:20022:tech:xsd:{_VERSION}"
_NAMESPACES: Final = re.compile(
    re.escape(_NAMESPACE.removesuffix("09")) + "(?P<version>09)"
)
# European Payments Council, EPC217-08: the characters that every bank takes, and what
# stands for one that they do not.
_AND: Final = str.maketrans("&", "+")
_OTHER_SIGNS: Final = re.compile(r"[^A-Za-z0-9/?:().,'+ -]", re.ASCII)
# EPC, Implementation Guidelines: what stands for a BIC or a name that is not told.
_NOT_PROVIDED: Final = "NOTPROVIDED"


@dataclass(frozen=True, slots=True)
class Order:
    """What the bank is to pay; it tells us of it under *reference* (EndToEndId)."""

    reference: str
    amount: Money
    iban: str
    name: str


@dataclass(frozen=True, slots=True)
class OrderFile:
    """What a file tells the bank: how it is called, when it was made, what to pay."""

    message: str
    made_at: datetime
    orders: tuple[Order, ...]


def write(
    orders: Sequence[Order], *, account: BankAccount, message: str, made_at: datetime
) -> bytes:
    """Write the file *message* that orders all *orders* from *account* at once."""
    debtor = {"name": account.name, "IBAN": account.iban, "currency": "EUR"}
    if account.bic:
        debtor["BIC"] = account.bic
    transfer = sepaxml.SepaTransfer({**debtor, "batch": False}, schema=_VERSION)
    for order in orders:
        transfer.add_payment(
            {
                "name": order.name,
                "IBAN": order.iban,
                "amount": order.amount.minor,
                "currency": order.amount.currency,
                "execution_date": made_at.date(),
                "description": order.reference,
                "endtoend_id": order.reference,
            }
        )
    # Validated below, by lxml, which takes a hundredth of the time.
    document = etree.fromstring(transfer.export(validate=False))
    _replace_chance(document, message, made_at)
    _replace_signs(document)
    _replace_missing_bic(document)
    _schema().assertValid(document)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8")


def read(content: bytes) -> OrderFile:
    """Read a file that ``write`` has written.

    Raises:
        UnreadableFile: it is none.
    """
    document, _version = read_document(content, _NAMESPACES, f"no {_VERSION}")
    initiation = document.one("CstmrCdtTrfInitn")
    header = initiation.one("GrpHdr")
    payments = initiation.some("PmtInf")
    try:
        return OrderFile(
            header.one("MsgId").text,
            datetime.fromisoformat(header.one("CreDtTm").text),
            tuple(_order(each.one("CdtTrfTxInf")) for each in payments),
        )
    except ValueError as error:
        raise UnreadableFile(str(error)) from error


def _order(transfer: Node) -> Order:
    amount = transfer.one("Amt").one("InstdAmt")
    return Order(
        reference=transfer.one("PmtId").one("EndToEndId").text,
        amount=Money.parse(amount.text, amount.attribute("Ccy")),
        iban=transfer.one("CdtrAcct").one("Id").one("IBAN").text,
        name=transfer.one("Cdtr").one("Nm").text,
    )


def _replace_chance(document: etree._Element, message: str, made_at: datetime) -> None:
    for name, text in (
        ("MsgId", message),
        ("CreDtTm", made_at.isoformat(timespec="seconds")),
    ):
        (element,) = document.iter(f"{{{_NAMESPACE}}}{name}")
        element.text = text
    references = [each.text for each in document.iter(f"{{{_NAMESPACE}}}EndToEndId")]
    names = document.iter(f"{{{_NAMESPACE}}}PmtInfId")
    for element, reference in zip(names, references, strict=True):
        element.text = reference


def _replace_signs(document: etree._Element) -> None:
    for element in document.iter(f"{{{_NAMESPACE}}}Nm"):
        name = " ".join(_OTHER_SIGNS.sub(" ", _text(element)).split())
        element.text = name or _NOT_PROVIDED


def _text(element: etree._Element) -> str:
    return (element.text or "").translate(_AND)


def _replace_missing_bic(document: etree._Element) -> None:
    for element in document.iter(f"{{{_NAMESPACE}}}FinInstnId"):
        if not len(element):
            other = etree.SubElement(element, f"{{{_NAMESPACE}}}Othr")
            etree.SubElement(other, f"{{{_NAMESPACE}}}Id").text = _NOT_PROVIDED


@cache
def _schema() -> etree.XMLSchema:
    folder = Path(sepaxml.__file__).parent / "schemas"
    return etree.XMLSchema(file=folder / f"{_VERSION}.xsd")
