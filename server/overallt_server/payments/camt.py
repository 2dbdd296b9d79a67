"""Bank files of ISO 20022: statements (camt.053) and notices (camt.054) become values.

Read are the versions 02, which banks wrote until 2025, and 08. The reader is strict:
what it needs and does not find, finds twice or cannot read makes the whole file
unreadable, since a payment that was overlooked is money lost. The standard's schema
is in no package that could be depended on, so the structure is checked here, as far
as it is used; what is not used may say what it likes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from overallt_server.core.bank_statements import Movement, Statement
from overallt_server.core.chart import Side
from overallt_server.core.money import Money, exponent
from overallt_server.payments.xml_nodes import Node, read_document

_NAMESPACE: Final = re.compile(
    r"urn:iso:std:iso:20022:tech:xsd:camt\.(?P<kind>05[34])\.001\.(?P<version>02|08)"
)
# ISO 20022, ActiveOrHistoricCurrencyAndAmount: 18 digits, 5 of them decimals.
_AMOUNT: Final = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,5}))?", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SIDES: Final = {"CRDT": Side.DEBIT, "DBIT": Side.CREDIT}
# External code set, BalanceType: opening booked, previously closed, closing booked.
_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = ("CLBD",)
# What banks write where they have no reference.
_NO_REFERENCE: Final = frozenset({"", "NONREF", "NOTPROVIDED", "NOREF"})


class FileKind(StrEnum):
    """What a bank's file is."""

    STATEMENT = "camt.053"
    NOTICE = "camt.054"


_ROOTS: Final = {
    FileKind.STATEMENT: ("BkToCstmrStmt", "Stmt"),
    FileKind.NOTICE: ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}


@dataclass(frozen=True, slots=True)
class BankFile:
    """What one file says; a notice has no balances, and is never booked."""

    kind: FileKind
    statements: tuple[Statement, ...]
    notices: tuple[Movement, ...]


def read(content: bytes) -> BankFile:
    """Read the file *content*.

    Raises:
        UnreadableFile: it is no bank file of these kinds and versions, is too large,
            or lacks what is needed.
    """
    document, namespace = read_document(
        content,
        _NAMESPACE,
        "neither camt.053 nor camt.054, of version 001.02 or 001.08",
    )
    kind = FileKind(f"camt.{namespace['kind']}")
    message_name, part_name = _ROOTS[kind]
    parts = document.one(message_name).some(part_name)
    if kind is FileKind.STATEMENT:
        return BankFile(kind, tuple(map(_statement, parts)), ())
    notices = (movement for part in parts for movement, _is_booked in _movements(part))
    return BankFile(kind, (), tuple(notices))


def _statement(node: Node) -> Statement:
    account = node.one("Acct").one("Id").one("IBAN").text.replace(" ", "")
    opening = _balance(node, _OPENING)
    closing = _balance(node, _CLOSING)
    if opening.amount.currency != closing.amount.currency:
        node.fail("its balances are of two currencies")
    movements = list(_movements(node))
    booked = tuple(movement for movement, is_booked in movements if is_booked)
    currency = closing.amount.currency
    if any(movement.amount.currency != currency for movement in booked):
        node.fail("an entry is not in the currency of the balances")
    return Statement(
        iban=account,
        currency=currency,
        name=node.one("Id").text,
        opening_minor=opening.signed_minor,
        closing_minor=closing.signed_minor,
        closed_on=closing.on,
        movements=booked,
        not_booked=len(movements) - len(booked),
    )


@dataclass(frozen=True, slots=True)
class _Balance:
    amount: Money
    signed_minor: int
    on: date


def _balance(node: Node, codes: tuple[str, ...]) -> _Balance:
    by_code = {
        each.one("Tp").one("CdOrPrtry").maybe_text("Cd"): each
        for each in node.some("Bal")
    }
    found = next((by_code[code] for code in codes if code in by_code), None)
    if found is None:
        node.fail(f"it has no balance {' or '.join(codes)}")
    amount = _amount(found.one("Amt"))
    sign = 1 if _side(found) is Side.DEBIT else -1
    return _Balance(amount, sign * amount.minor, _day(found.one("Dt")))


def _movements(node: Node) -> Iterator[tuple[Movement, bool]]:
    for entry in node.any("Ntry"):
        is_booked = _status(entry) == "BOOK"
        for movement in _of_entry(entry):
            yield movement, is_booked


def _status(entry: Node) -> str:
    status = entry.one("Sts")
    return status.text if status.version == "02" else status.maybe_text("Cd")


def _of_entry(entry: Node) -> Iterator[Movement]:
    whole = _amount(entry.one("Amt"))
    if not whole.minor:
        return  # Some banks write what they want to say as an entry of nothing.
    details = [each for part in entry.any("NtryDtls") for each in part.any("TxDtls")]
    if len(details) <= 1:
        yield _movement(entry, whole, details[0] if details else None)
        return
    # A collective entry is told apart only if its parts are all of it.
    parts = [_part_amount(entry, each) for each in details]
    amounts = [amount for amount in parts if amount is not None]
    is_whole = (
        len(amounts) == len(details)
        and {amount.currency for amount in amounts} == {whole.currency}
        and sum(amount.minor for amount in amounts) == whole.minor
        and all(amount.minor > 0 for amount in amounts)
    )
    if not is_whole:
        yield _movement(entry, whole, None)
        return
    for amount, each in zip(amounts, details, strict=True):
        yield _movement(entry, amount, each)


def _part_amount(entry: Node, details: Node) -> Money | None:
    if (side := details.maybe("CdtDbtInd")) and side.text != entry.one(
        "CdtDbtInd"
    ).text:
        return None
    direct = details.maybe("Amt")
    if direct is None:
        direct = details.maybe("AmtDtls", "TxAmt", "Amt")
    return None if direct is None else _amount(direct)


def _movement(entry: Node, amount: Money, details: Node | None) -> Movement:
    side = _side(entry)
    # The other one is who paid what came in, and who got what went out.
    party = "Dbtr" if side is Side.DEBIT else "Cdtr"
    own = details.maybe_text("Refs", "AcctSvcrRef") if details else ""
    reference = own if own not in _NO_REFERENCE else entry.maybe_text("AcctSvcrRef")
    return Movement(
        side=side,
        amount=amount,
        booked_on=_day(entry.one("BookgDt")),
        bank_reference="" if reference in _NO_REFERENCE else reference,
        texts=tuple(_texts(details)) if details else (),
        iban=_other_iban(details, party),
        name=_other_name(details, party),
        return_reason=_return_reason(details) if details else "",
    )


def _texts(details: Node) -> Iterator[str]:
    for remittance in details.any("RmtInf"):
        for structured in remittance.any("Strd"):
            yield structured.maybe_text("CdtrRefInf", "Ref")
        # Banks break one text into several; a reference bears blanks anywhere.
        yield " ".join(each.text for each in remittance.any("Ustrd"))
    yield details.maybe_text("Refs", "EndToEndId")


def _other_iban(details: Node | None, party: str) -> str:
    return (
        details.maybe_text("RltdPties", f"{party}Acct", "Id", "IBAN") if details else ""
    )


def _other_name(details: Node | None, party: str) -> str:
    if details is None:
        return ""
    # Since version 08 a party may be an agent, so that its name stands one deeper.
    deeper = () if details.version == "02" else ("Pty",)
    return details.maybe_text("RltdPties", party, *deeper, "Nm")


def _return_reason(details: Node) -> str:
    # Why a payment of ours came back (R-transaction), in the bank's code.
    code = details.maybe_text("RtrInf", "Rsn", "Cd")
    return code or details.maybe_text("RtrInf", "Rsn", "Prtry")


def _amount(node: Node) -> Money:
    currency = node.attribute("Ccy")
    match = _AMOUNT.fullmatch(node.text)
    if match is None or not _CURRENCY.fullmatch(currency):
        node.fail(f"{node.text!r} {currency} is no amount")
    fraction = (match[2] or "").rstrip("0")
    places = exponent(currency)
    if len(fraction) > places:
        node.fail(f"{node.text} is too fine for {currency}")
    return Money(int(match[1] + fraction.ljust(places, "0")), currency)


def _side(node: Node) -> Side:
    indicator = node.one("CdtDbtInd").text
    if indicator not in _SIDES:
        node.fail(f"{indicator!r} is neither CRDT nor DBIT")
    return _SIDES[indicator]


def _day(node: Node) -> date:
    text = node.maybe_text("Dt") or node.maybe_text("DtTm")
    match = _DAY.match(text)
    try:
        return date.fromisoformat(match[0] if match else text)
    except ValueError:
        node.fail(f"{text!r} is no day")
