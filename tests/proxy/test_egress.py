"""Where the proxy may connect to."""

from collections.abc import Sequence

import pytest

from overallt.proxy.egress import Egress, EgressRefused, Pinned

PUBLIC = "93.184.216.34"


class Names:
    """A resolver that answers each time with the next of its answers."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        if not self.answers:
            raise OSError
        return self.answers.pop(0)


def egress(names: Names, *, own_network: bool = False) -> Egress:
    return Egress(
        local_sites={"demo.test": ("127.0.0.1", 8710)},
        reserved=frozenset({"flattr.internal"}),
        own_network=own_network,
        resolve=names,
    )


async def test_a_public_name_is_pinned_to_its_address() -> None:
    assert await egress(Names([PUBLIC])).pin("a.example", 443) == (PUBLIC, 443)


async def test_a_name_is_looked_up_once() -> None:
    names = Names([PUBLIC], ["127.0.0.1"])

    pinned = await egress(names).pin("rebinding.example", 443)

    assert pinned == (PUBLIC, 443)
    assert names.asked == 1


async def test_a_name_for_this_machine_is_refused() -> None:
    with pytest.raises(EgressRefused):
        await egress(Names(["127.0.0.1"])).pin("rebinding.example", 443)


async def test_of_several_addresses_a_public_one_is_taken() -> None:
    names = Names(["10.0.0.1", PUBLIC])

    assert await egress(names).pin("a.example", 80) == (PUBLIC, 80)


async def test_a_named_exception_leads_to_this_machine() -> None:
    assert await egress(Names()).pin("Demo.test.", 443) == ("127.0.0.1", 8710)


@pytest.mark.parametrize(
    "host", ["flattr.internal", "FLATTR.internal.", "intranet", "unknown.example"]
)
async def test_what_is_not_the_public_internet_is_refused(host: str) -> None:
    with pytest.raises(EgressRefused):
        await egress(Names()).pin(host, 443)


async def test_a_pinned_address_is_found_under_the_name_that_was_asked_for() -> None:
    asked_for = ("a.example", 443)

    pinned = Pinned.instead_of(asked_for, (PUBLIC, 443))

    assert asked_for == pinned
    assert hash(asked_for) == hash(pinned)
    assert [*pinned] == [PUBLIC, 443]


async def test_who_is_in_the_network_himself_reaches_it_by_address_not_by_name() -> (
    None
):
    here = egress(Names(["127.0.0.1"]), own_network=True)

    assert ("127.0.0.1", 80) == await here.pin("127.0.0.1", 80)
    with pytest.raises(EgressRefused):
        await here.pin("rebinding.example", 80)
