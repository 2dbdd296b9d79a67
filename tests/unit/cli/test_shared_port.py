"""One port for several processes of ours, and for nobody else's."""

import socket
from contextlib import ExitStack

import pytest

from overallt.cli.shared_port import open_port

HOST = "127.0.0.1"


def test_all_sockets_listen_on_one_port() -> None:
    with ExitStack() as stack:
        sockets = [stack.enter_context(each) for each in open_port(HOST, 0, 3)]
        ports = {each.getsockname()[1] for each in sockets}

    assert 3 == len(sockets)
    assert 1 == len(ports)


@pytest.mark.parametrize("reuse_port", [False, True])
def test_a_port_that_somebody_has_is_not_shared(
    reuse_port: bool,  # noqa: FBT001 - a parameter of the test.
) -> None:
    with socket.create_server((HOST, 0), reuse_port=reuse_port) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(OSError, match="in use"):
            open_port(HOST, port, 2)


def test_a_name_that_nobody_has_cannot_be_listened_on() -> None:
    with pytest.raises(OSError, match=r"not known|not associated"):
        open_port("nowhere.invalid", 0, 1)
