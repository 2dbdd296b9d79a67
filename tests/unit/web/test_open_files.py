"""A program may have as many connections as the system lets it open files."""

import subprocess
import sys

import pytest

ASKS = """
import resource, sys
from overallt_server.web.open_files import make_room_for

limit, most, connections = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
room = make_room_for(connections)
print(room, *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("limit", "most", "connections", "told"),
    [
        (256, 1000, 500, "500 700 1000"),
        (256, 600, 500, "400 600 600"),
        (900, 1000, 500, "500 900 1000"),
        (150, 150, 500, "1 150 150"),
    ],
    ids=["it asks for more", "it has to do with less", "it has enough", "hardly any"],
)
def test_it_has_as_many_as_the_system_lets_it(
    limit: int, most: int, connections: int, told: str
) -> None:
    arguments = [str(each) for each in (limit, most, connections)]

    asked = subprocess.run(
        [sys.executable, "-c", ASKS, *arguments],
        check=True,
        capture_output=True,
        text=True,
    )

    assert told == asked.stdout.strip()
