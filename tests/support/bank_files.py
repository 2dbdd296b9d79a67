"""Bank files as banks write them, of both versions, made from a few words."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

IBAN = "DE89370400440532013000"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version}"


@dataclass(frozen=True)
class Entry:
    """One entry: cents, below zero if they went out; one text for each payment in it.

    With *parts* it is a collective entry, and these are the cents of its payments.
    """

    minor: int
    texts: tuple[str, ...] = ("",)
    reference: str = ""
    on: str = "2026-01-07"
    status: str = "BOOK"
    currency: str = "EUR"
    parts: tuple[int, ...] = ()
    structured: bool = False
    end_to_end: str = ""
    returned: str = ""


def statement(
    *entries: Entry,
    opening: int = 0,
    closing: int | None = None,
    closed_on: str = "2026-01-07",
    name: str = "1",
    version: str = "08",
    iban: str = IBAN,
    currency: str = "EUR",
) -> bytes:
    """Write a camt.053 with one statement; the closing balance is right if left out."""
    if closing is None:
        booked = (entry.minor for entry in entries if entry.status == "BOOK")
        closing = opening + sum(booked)
    balances = "".join(
        _balance(code, minor, currency, closed_on)
        for code, minor in (("OPBD", opening), ("CLBD", closing))
    )
    inside = f"<Id>{name}</Id>{_account(iban)}{balances}{_entries(entries, version)}"
    return _document("053", version, "BkToCstmrStmt", "Stmt", inside)


def notice(*entries: Entry, version: str = "08", iban: str = IBAN) -> bytes:
    """Write a camt.054."""
    inside = f"<Id>1</Id>{_account(iban)}{_entries(entries, version)}"
    return _document("054", version, "BkToCstmrDbtCdtNtfctn", "Ntfctn", inside)


def report(
    *answers: tuple[str, str, str],
    message: str,
    group: str = "",
    payments: Sequence[tuple[str, str, str]] = (),
    version: str = "10",
) -> bytes:
    """Write a pain.002: (reference, status, reason) of transfers and of *payments*."""
    namespace = f"urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"
    whole = f"<OrgnlMsgId>{message}</OrgnlMsgId>" + (
        f"<GrpSts>{group}</GrpSts>{_why('FF01')}" if group else ""
    )
    transfers = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId>"
        f"<TxSts>{status}</TxSts>{_why(reason)}</TxInfAndSts>"
        for reference, status, reason in answers
    )
    parts = (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>p</OrgnlPmtInfId>{transfers}"
        "</OrgnlPmtInfAndSts>"
    )
    told = "".join(
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{reference}</OrgnlPmtInfId>"
        f"<PmtInfSts>{status}</PmtInfSts>{_why(reason)}</OrgnlPmtInfAndSts>"
        for reference, status, reason in payments
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{namespace}">'
        "<CstmrPmtStsRpt><GrpHdr><MsgId>m</MsgId></GrpHdr>"
        f"<OrgnlGrpInfAndSts>{whole}</OrgnlGrpInfAndSts>"
        f"{parts if answers else ''}{told}</CstmrPmtStsRpt></Document>"
    ).encode()


def _why(code: str) -> str:
    return (
        f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn><AddtlInf>said so</AddtlInf></StsRsnInf>"
        if code
        else ""
    )


def _document(kind: str, version: str, message: str, part: str, inside: str) -> bytes:
    namespace = NAMESPACE.format(kind=kind, version=version)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{namespace}">'
        f"<{message}><GrpHdr><MsgId>m</MsgId></GrpHdr>"
        f"<{part}>{inside}</{part}></{message}></Document>"
    ).encode()


def _account(iban: str) -> str:
    return f"<Acct><Id><IBAN>{iban}</IBAN></Id></Acct>"


def _balance(code: str, minor: int, currency: str, on: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f"{_amount(minor, currency)}{_side(minor)}<Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _entries(entries: Sequence[Entry], version: str) -> str:
    return "".join(_entry(each, version) for each in entries)


def _entry(entry: Entry, version: str) -> str:
    status = entry.status if version == "02" else f"<Cd>{entry.status}</Cd>"
    reference = (
        f"<AcctSvcrRef>{entry.reference}</AcctSvcrRef>" if entry.reference else ""
    )
    parts = entry.parts or (None,) * len(entry.texts)
    details = "".join(
        _details(entry, text, part, version)
        for text, part in zip(entry.texts, parts, strict=True)
    )
    return (
        f"<Ntry>{_amount(entry.minor, entry.currency)}{_side(entry.minor)}"
        f"<Sts>{status}</Sts><BookgDt><Dt>{entry.on}</Dt></BookgDt>{reference}"
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def _details(entry: Entry, text: str, part: int | None, version: str) -> str:
    amount = ""
    if part is not None and version == "02":
        inner = _amount(part, entry.currency)
        amount = f"<AmtDtls><TxAmt>{inner}</TxAmt></AmtDtls>"
    elif part is not None:
        amount = _amount(part, entry.currency) + _side(entry.minor)
    party = "Dbtr" if entry.minor > 0 else "Cdtr"
    name = "<Nm>Some Body</Nm>" if version == "02" else "<Pty><Nm>Some Body</Nm></Pty>"
    said = escape(text)
    if entry.structured:
        said = f"<Strd><CdtrRefInf><Ref>{said}</Ref></CdtrRefInf></Strd>"
    else:
        said = f"<Ustrd>{said}</Ustrd>"
    names = (
        f"<Refs><EndToEndId>{entry.end_to_end}</EndToEndId></Refs>"
        if entry.end_to_end
        else ""
    )
    returned = (
        f"<RtrInf><Rsn><Cd>{entry.returned}</Cd></Rsn></RtrInf>"
        if entry.returned
        else ""
    )
    return (
        f"<TxDtls>{names}{amount}<RltdPties><{party}>{name}</{party}>"
        f"<{party}Acct><Id><IBAN>SE4550000000058398257466</IBAN></Id></{party}Acct>"
        f"</RltdPties><RmtInf>{said}</RmtInf>{returned}</TxDtls>"
    )


def _amount(minor: int, currency: str) -> str:
    whole, cents = divmod(abs(minor), 100)
    return f'<Amt Ccy="{currency}">{whole}.{cents:02}</Amt>'


def _side(minor: int) -> str:
    return f"<CdtDbtInd>{'DBIT' if minor < 0 else 'CRDT'}</CdtDbtInd>"
