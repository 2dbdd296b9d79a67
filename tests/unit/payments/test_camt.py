"""A bank's file is read whole, or refused; nothing in it can make us do anything."""

from datetime import date

import pytest
from bank_files import IBAN, Entry, notice, statement

from overallt_server.core.bank_statements import Movement
from overallt_server.core.chart import Side
from overallt_server.core.money import Money
from overallt_server.payments import xml_nodes
from overallt_server.payments.camt import FileKind, read
from overallt_server.payments.xml_nodes import UnreadableFile


def movements(content: bytes) -> tuple[Movement, ...]:
    (only,) = read(content).statements
    return only.movements


@pytest.mark.parametrize("version", ["02", "08"])
def test_a_statement_is_read_in_both_versions(version: str) -> None:
    content = statement(
        Entry(500, ("RF52 OV21 7",), reference="B1"),
        Entry(-120, ("charges",), on="2026-01-06"),
        Entry(900, status="PDNG"),
        opening=1000,
        version=version,
    )

    (read_statement,) = read(content).statements

    assert IBAN == read_statement.iban
    assert (1000, 1380) == (
        read_statement.opening_minor,
        read_statement.closing_minor,
    )
    assert date(2026, 1, 7) == read_statement.closed_on
    assert 1 == read_statement.not_booked
    came, went = read_statement.movements
    assert (
        Movement(
            side=Side.DEBIT,
            amount=Money(500, "EUR"),
            booked_on=date(2026, 1, 7),
            bank_reference="B1",
            texts=("RF52 OV21 7", ""),
            iban="SE4550000000058398257466",
            name="Some Body",
            return_reason="",
        )
        == came
    )
    assert (Side.CREDIT, 120, "") == (went.side, went.amount.minor, went.bank_reference)
    assert date(2026, 1, 6) == went.booked_on


@pytest.mark.parametrize("version", ["02", "08"])
def test_a_payment_of_ours_that_came_back_says_why(version: str) -> None:
    content = statement(
        Entry(1000, ("",), end_to_end="RF97PA11", returned="AC04"), version=version
    )

    (came,) = movements(content)

    assert "AC04" == came.return_reason
    assert "RF97PA11" in came.texts


@pytest.mark.parametrize("version", ["02", "08"])
def test_a_collective_entry_is_told_apart(version: str) -> None:
    content = statement(
        Entry(900, ("a", "b"), reference="B1", parts=(400, 500)), version=version
    )

    assert [(400, "a"), (500, "b")] == [
        (each.amount.minor, each.texts[0]) for each in movements(content)
    ]


@pytest.mark.parametrize("parts", [(400, 400), (0, 900), ()])
def test_a_collective_entry_whose_parts_are_not_all_of_it_stays_one(
    parts: tuple[int, ...],
) -> None:
    (only,) = movements(statement(Entry(900, ("RF52OV217", "b"), parts=parts)))

    assert (900, ()) == (only.amount.minor, only.texts)


def test_a_structured_reference_is_read() -> None:
    (only,) = movements(statement(Entry(900, ("RF52OV217",), structured=True)))

    assert "RF52OV217" in only.texts


def test_a_balance_may_be_below_zero_and_previously_closed() -> None:
    content = statement(Entry(-500), opening=-100).replace(b"OPBD", b"PRCD")

    (only,) = read(content).statements

    assert (-100, -600) == (only.opening_minor, only.closing_minor)


def test_an_entry_of_nothing_is_no_movement() -> None:
    assert () == movements(statement(Entry(0, ("for your information",))))


def test_no_reference_is_none_by_whatever_name() -> None:
    (only,) = movements(statement(Entry(900, reference="NONREF")))

    assert "" == only.bank_reference


@pytest.mark.parametrize("version", ["02", "08"])
def test_a_notice_has_movements_but_no_statement(version: str) -> None:
    file = read(notice(Entry(500, ("x",)), version=version))

    assert FileKind.NOTICE is file.kind
    assert () == file.statements
    assert [500] == [each.amount.minor for each in file.notices]


GOOD = statement(Entry(500, ("x",)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is no XML"),
        (b"<Document/>", "neither camt.053 nor camt.054"),
        (GOOD[:-20], "it is no XML"),
        (GOOD.replace(b"001.08", b"001.09"), "neither camt.053 nor camt.054"),
        (GOOD.replace(b"<Document", b"<Dokument").replace(b"/Doc", b"/Dok"), "neither"),
        (GOOD.replace(b"CLBD", b"ITBD"), "it has no balance CLBD"),
        (GOOD.replace(b"<IBAN>" + IBAN.encode(), b"<IBANX>"), "it is no XML"),
        (GOOD.replace(b"CRDT", b"CREDIT"), "neither CRDT nor DBIT"),
        (GOOD.replace(b">5.00<", b">5,00<"), "is no amount"),
        (GOOD.replace(b">5.00<", b">5.001<"), "too fine"),
        (GOOD.replace(b">5.00<", b">-5.00<"), "is no amount"),
        (GOOD.replace(b' Ccy="EUR"', b""), "is no amount"),
        (GOOD.replace(b"2026-01-07", b"2026-02-30"), "is no day"),
        (GOOD.replace(b"<Acct>", b"<Acct><Id/>"), "it has more than one Id"),
        (GOOD.replace(b"Stmt", b"Stat"), "it has no BkToCstmrStmt"),
        (
            statement(Entry(500, currency="SEK"), closing=500),
            "not in the currency of the balances",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(
    content: bytes, said: str
) -> None:
    with pytest.raises(UnreadableFile, match=said):
        read(content)


def test_trailing_zeros_are_no_finer_amount() -> None:
    (only,) = movements(GOOD.replace(b">5.00<", b">5.00000<"))

    assert 500 == only.amount.minor


@pytest.mark.parametrize(
    "doctype",
    [
        b"<!DOCTYPE Document>",
        b'<!DOCTYPE Document [<!ENTITY a "500.00">]>',
        b'<!DOCTYPE Document SYSTEM "file:///etc/passwd">',
        b'<!DOCTYPE Document [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_a_document_type_is_refused_before_it_means_anything(doctype: bytes) -> None:
    content = GOOD.replace(b"<Document", doctype + b"<Document", 1)

    with pytest.raises(UnreadableFile, match="document type"):
        read(content)


def test_a_billion_laughs_are_none() -> None:
    laughs = b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12)
    )
    content = GOOD.replace(
        b"<Document", b'<!DOCTYPE D [<!ENTITY l0 "lol">' + laughs + b"]><Document", 1
    ).replace(b"<Ustrd>x", b"<Ustrd>&l11;")

    with pytest.raises(UnreadableFile):
        read(content)


def test_a_file_too_large_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_nodes, "MOST_BYTES", 1024 * 1024)

    with pytest.raises(UnreadableFile, match="more than 1 MB"):
        read(b" " * (1024 * 1024 + 1))


def test_a_comment_hides_no_sign_of_a_reference() -> None:
    (only,) = movements(GOOD.replace(b"<Ustrd>x", b"<Ustrd>RF52<!-- -->OV217"))

    assert "RF52OV217" == only.texts[0]
