"""One port for several processes: a socket for each, among which the kernel divides.

With ``SO_REUSEPORT`` each has a queue of its own, so that none takes all that comes
while the others sleep. Whoever starts the processes opens the sockets and keeps them:
what waits in the queue of a process that has died is answered by the one after it.
"""

import socket


def open_port(host: str, port: int, count: int) -> list[socket.socket]:
    """Listen on *host* and *port*, 0 for a free one, with *count* sockets.

    Raises:
        OSError: the port is in use, by another proxy like this too, or not ours to use.
    """
    found = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    family, *_, address = found[0]
    # Who shares a port is let in beside anybody who does so, too: another site,
    # started by mistake, would get every second visitor. So the first does not share.
    with socket.create_server(address[:2], family=family) as alone:
        address = alone.getsockname()
    return [
        socket.create_server(address[:2], family=family, reuse_port=True)
        for _ in range(count)
    ]
