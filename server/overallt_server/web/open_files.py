"""Open files: each connection is one, and systems let a program have few at first.

Most begin with 1,024 for each program, which may have far more if it asks. Past them a
connection could not even be told that there is no room, so what cannot be had bounds
the connections.
"""

import resource
from typing import Final

# What is open beside them: the database and its files, what listens, the log.
OTHER_FILES: Final = 200


def make_room_for(connections: int) -> int:
    """Ask for as many open files as *connections* take; return how many there may be.

    Never fewer than one, and never a limit below the one that is there.
    """
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_FILES
    if most != resource.RLIM_INFINITY:
        wanted = min(wanted, most)
    if limit != resource.RLIM_INFINITY and limit < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return max(1, min(connections, wanted - OTHER_FILES))
