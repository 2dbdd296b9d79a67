"""A file of orders is what the standard and every bank takes, byte for byte ours."""

from datetime import UTC, datetime

import pytest
from bank_files import IBAN, statement
from lxml import etree

from overallt_server.core.bank_accounts import BankAccount
from overallt_server.core.money import Money
from overallt_server.payments.pain001 import Order, read, write
from overallt_server.payments.xml_nodes import UnreadableFile

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
KASSA = BankAccount("Kassa & Söhne", IBAN, "")
MONA = Order("RF97PA11", Money(1001, "EUR"), "SE4550000000058398257466", "Mona Ö.")
OTTO = Order("RF70PA12", Money(7, "EUR"), "FI2112345600000785", "Otto")


def written(*orders: Order, account: BankAccount = KASSA) -> bytes:
    return write(orders, account=account, message="OVERALLT1", made_at=NOW)


def texts(content: bytes, name: str) -> list[str | None]:
    return [each.text for each in etree.fromstring(content).iter(f"{{*}}{name}")]


def test_what_is_written_is_read_again() -> None:
    told = read(written(MONA, OTTO))
    mona, otto = told.orders

    assert ("RF97PA11", Money(1001, "EUR"), MONA.iban) == (
        mona.reference,
        mona.amount,
        mona.iban,
    )
    assert OTTO == otto
    assert ("OVERALLT1", NOW) == (told.message, told.made_at)


def test_the_same_orders_are_the_same_bytes() -> None:
    assert written(MONA, OTTO) == written(MONA, OTTO)


def test_each_order_is_a_payment_that_is_booked_by_itself() -> None:
    content = written(MONA, OTTO)

    assert ["false", "false"] == texts(content, "BtchBookg")
    assert ["RF97PA11", "RF70PA12"] == texts(content, "PmtInfId")
    assert ["RF97PA11", "RF70PA12"] == texts(content, "EndToEndId")
    assert ["RF97PA11", "RF70PA12"] == texts(content, "Ustrd")
    assert ["10.08", "10.01", "0.07"] == texts(content, "CtrlSum")
    assert ["2", "1", "1"] == texts(content, "NbOfTxs")


def test_the_file_is_called_and_dated_by_us() -> None:
    content = written(MONA)

    assert ["OVERALLT1"] == texts(content, "MsgId")
    assert ["2026-01-05T12:00:00+00:00"] == texts(content, "CreDtTm")
    assert ["2026-01-05"] == texts(content.replace(b"ReqdExctnDt>", b"R>"), "Dt")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Mona Ö.", "Mona O."),
        ("Анна Щукина", "Anna Shchukina"),
        ("A & B_C <x>", "A + B C x"),
        ("щ" * 70, ("shch" * 70)[:70]),
        ("\u2603", "NOTPROVIDED"),
    ],
)
def test_names_have_only_what_every_bank_takes(name: str, expected: str) -> None:
    content = written(Order("RF97PA11", MONA.amount, MONA.iban, name))
    (order,) = read(content).orders

    assert expected == order.name


def test_without_a_bic_it_says_so_and_with_one_it_stands_there() -> None:
    with_bic = written(MONA, account=BankAccount("K", IBAN, "COBADEFFXXX"))

    assert ["NOTPROVIDED"] == [
        t for t in texts(written(MONA), "Id") if t == "NOTPROVIDED"
    ]
    assert ["COBADEFFXXX"] == texts(with_bic, "BICFI")


def test_what_the_standard_does_not_allow_is_not_written() -> None:
    with pytest.raises(etree.DocumentInvalid):
        written(Order("R" * 36, MONA.amount, MONA.iban, "Mona"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<Document/>",
        statement(),
        written(MONA).replace(b"10.01</I", b"ten</I"),
        written(MONA).replace(b"2026-01-05T", b"today T"),
        written(MONA).replace(b"EndToEndId", b"Id"),
    ],
)
def test_what_is_no_file_of_orders_is_not_read(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read(content)
