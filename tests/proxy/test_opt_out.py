"""Which hosts are left alone: by the patron, by their nature, by our list."""

from importlib import resources
from pathlib import Path

import pytest

from overallt.client.hosts import domains_of, is_public_suffix
from overallt.client.opt_out_file import OptOutFile, parse
from overallt.proxy.opt_out import OptOut, is_private, known_hosts


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "opt-out.txt"


def covers(file: Path, host: str, *, added: frozenset[str] = frozenset()) -> bool:
    return OptOut(added=added, file=OptOutFile(file)).covers(host)


@pytest.mark.parametrize("host", ["bank.test", "WWW.Bank.test.", "a.b.bank.test"])
def test_what_the_command_was_given_is_left_alone_with_its_subdomains(
    file: Path, host: str
) -> None:
    assert covers(file, host, added=frozenset({"bank.test"}))


@pytest.mark.parametrize("host", ["mybank.test", "bank.test.example", "test"])
def test_a_host_that_only_looks_alike_is_not(file: Path, host: str) -> None:
    file.write_text("!test\n")

    assert not covers(file, host, added=frozenset({"bank.test"}))


def test_the_line_that_names_a_host_most_exactly_decides(file: Path) -> None:
    file.write_text("site.test\n!blog.site.test\nadmin.blog.site.test\n")

    found = [
        covers(file, host)
        for host in ("site.test", "blog.site.test", "x.admin.blog.site.test")
    ]

    assert [True, False, True] == found


@pytest.mark.parametrize(
    "host",
    [
        *("mail.google.com", "www.seb.se", "meine.deutsche-bank.de", "sso.dbs.bank"),
        *("online.sberbank.ru", "www.paypal.com", "my.nhs.uk", "any.thing.gov.uk"),
        *("www.1177.se", "www.elster.de", "www.irs.gov", "www.gosuslugi.ru"),
    ],
)
def test_banks_mail_health_and_government_are_left_alone_from_the_start(
    file: Path, host: str
) -> None:
    assert covers(file, host)


@pytest.mark.parametrize(
    "host", ["www.google.com", "dn.se", "co.uk", "blog.co.uk", "ada.github.io"]
)
def test_the_rest_of_the_web_is_not(file: Path, host: str) -> None:
    assert not covers(file, host)


@pytest.mark.parametrize("exception", ["google.com", "mail.google.com"])
def test_an_exception_of_the_patron_beats_our_list(file: Path, exception: str) -> None:
    file.write_text(f"!{exception}\n")

    assert not covers(file, "mail.google.com")


def test_an_exception_of_the_patron_opens_his_own_network(file: Path) -> None:
    file.write_text("!nas\n!10.0.0.7\n")

    found = [covers(file, host) for host in ("nas", "printer", "10.0.0.7", "10.0.0.8")]

    assert [False, True, False, True] == found


def test_a_change_of_the_file_holds_at_once(file: Path) -> None:
    opt_out = OptOut(added=frozenset(), file=OptOutFile(file))
    before = opt_out.covers("site.test")
    file.write_text("site.test\n")

    assert (False, True) == (before, opt_out.covers("site.test"))


def test_a_list_that_cannot_be_read_any_more_opens_nothing(file: Path) -> None:
    opt_out = OptOut(added=frozenset(), file=OptOutFile(file))
    file.write_text("site.test\n")
    before = opt_out.covers("site.test")
    file.unlink()
    file.mkdir()

    assert before
    assert opt_out.covers("site.test")
    assert opt_out.covers("www.seb.se")


@pytest.mark.parametrize(
    "host",
    [
        *("intranet", "wiki.local", "a.b.internal", "nas.lan", "x.home.arpa"),
        *("10.1.2.3", "192.168.0.1", "127.0.0.1", "169.254.0.1", "fd00::1", "::1"),
    ],
)
def test_what_has_no_place_in_public_is_left_alone(file: Path, host: str) -> None:
    assert is_private(host)
    assert covers(file, host)


@pytest.mark.parametrize("host", ["local.test", "arpa.se", "9.9.9.9", "2620:fe::fe"])
def test_what_is_public_is_not_private(host: str) -> None:
    assert not is_private(host)


def test_every_line_of_our_list_is_understood() -> None:
    text = (resources.files("overallt.proxy") / "opt_out.txt").read_text("utf-8")
    hosts = "\n".join(each for each in text.splitlines() if not each.startswith("["))

    assert () == parse(hosts).wrong
    assert frozenset() == parse(hosts).excepted


def test_our_list_says_nothing_twice() -> None:
    hosts = known_hosts()

    twice = {host for host in hosts if hosts & set([*domains_of(host)][1:])}

    assert set() == twice


def test_our_list_has_whole_suffixes_only_where_all_below_are_of_one_kind() -> None:
    suffixes = {host for host in known_hosts() if is_public_suffix(host)}

    assert {
        *("bank", "insurance", "gov", "mil", "gov.uk", "gov.ie", "gov.ru", "gv.at"),
        *("nhs.uk", "police.uk", "gov.scot"),
    } == suffixes
