"""What the domain name system says."""

from typing import TYPE_CHECKING

import pytest
from dns.asyncresolver import Resolver
from dns.resolver import NoResolverConfiguration

from overallt_server.core.found_pages import Unreachable
from overallt_server.outside import names
from overallt_server.outside.names import Names

if TYPE_CHECKING:
    from outside_world import OutsideWorld


async def test_every_text_of_a_name_is_told(outside: "OutsideWorld") -> None:
    outside.texts["_overallt.bo.test"] = ["one", "two, and a blank"]

    texts = await outside.way_out().names.texts("_overallt.bo.test")

    assert ["one", "two, and a blank"] == sorted(texts)


@pytest.mark.parametrize("name", ["bo.test", "nobody.test"])
async def test_a_name_may_have_no_text(outside: "OutsideWorld", name: str) -> None:
    outside.name("bo.test")

    assert [] == list(await outside.way_out().names.texts(name))


@pytest.mark.parametrize("name", ["a..test", "x" * 64 + ".test", "." * 300])
async def test_what_is_no_name_is_not_asked_for(
    outside: "OutsideWorld", name: str
) -> None:
    with pytest.raises(Unreachable):
        await outside.way_out().names.texts(name)


async def test_a_machine_without_a_network_knows_no_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unset(*, configure: bool = True) -> Resolver:
        if configure:
            raise NoResolverConfiguration
        return Resolver(configure=False)

    monkeypatch.setattr(names, "Resolver", unset)
    nameless = Names()

    with pytest.raises(OSError, match="not known"):
        await nameless.resolve("bo.test")
    with pytest.raises(Unreachable, match="could not be looked up"):
        await nameless.texts("bo.test")
