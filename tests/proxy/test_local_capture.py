"""What a program on this computer sends, captured by the kernel."""

import asyncio
import os
import shutil
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from capturing import capturing, path_with_sudo

PAGE = b"<p>Read [Flattr=7] on.</p>"
LIVE = b'<p>Read <a href="https://flattr.internal/give/7?'

type Run = Callable[..., Coroutine[None, None, bytes]]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A curl of its own name: no other program on this computer is captured."""
    curl = shutil.which("curl")
    assert curl is not None
    return Path(shutil.copy(curl, tmp_path / f"curl{os.getpid()}"))


async def proxy_for(
    tmp_path: Path, program: str, *arguments: str, path: str
) -> asyncio.subprocess.Process:
    command = [sys.executable, "-m", "overallt", "proxy", "--local", program]
    return await asyncio.create_subprocess_exec(
        *capturing([*command, *arguments]),
        env=os.environ | {"OVERALLT_HOME": str(tmp_path / "home"), "PATH": path},
        stdout=PIPE,
        stderr=PIPE,
    )


@pytest.fixture
async def captured(
    tmp_path: Path, program: Path, site: Any, api: Any, certified: Any
) -> AsyncIterator[Run]:
    """Run the program while it is captured."""
    process = await proxy_for(
        *(tmp_path, program.name, "--server", f"http://127.0.0.1:{api.port}"),
        *("--local-site", f"site.test=127.0.0.1:{site.secure_port}"),
        *("--upstream-ca", str(certified.ca)),
        path=path_with_sudo(tmp_path),
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        ready = await process.stdout.readline()
    if not ready:
        _, said = await process.communicate()
        # No package brings a kernel that lets it.
        pytest.skip(said.decode().splitlines()[-1])
    assert f"The proxy captures what {program.name} sends.\n" == ready.decode()

    async def run(*arguments: str) -> bytes:
        ca = tmp_path / "home" / "authority" / "mitmproxy-ca-cert.pem"
        curl = await asyncio.create_subprocess_exec(
            *(str(program), "-s", "-m", "9", "--cacert", str(ca), *arguments),
            stdout=PIPE,
        )
        out, _ = await curl.communicate()
        return out

    yield run
    process.send_signal(signal.SIGINT)
    await process.communicate()
    assert 0 == process.returncode


async def test_what_a_program_sends_is_captured_without_its_doing(
    site: Any, captured: Run
) -> None:
    site.add("/", PAGE)
    site.add("/own", b"this computer's")

    page = b""
    async with asyncio.timeout(20):
        # The first may come before the index.
        while LIVE not in page:
            page = await captured("--compressed", "https://site.test/")
    gateway = await captured("-i", "https://flattr.internal/")
    pretender = await captured("-i", "http://flattr.internal/")
    own = await captured(f"http://127.0.0.1:{site.port}/own")
    named = await captured(f"http://localhost:{site.port}/own")
    lied = await captured("-H", "Host: localhost", "http://198.51.100.2/own")

    assert page.endswith(b"</a> on.</p>")
    assert b"content-security-policy" in gateway.lower()
    assert b"421" in pretender.splitlines()[0]
    # It would reach its own computer without us, where it connects to it itself.
    assert (b"this computer's", b"this computer's") == (own, named)
    assert b"public addresses only" in lied


async def test_without_root_it_is_said_what_to_do(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    for name in ("unshare", "sh", "mount"):
        found = shutil.which(name)
        if found is not None:
            (nothing / name).symlink_to(found)

    process = await proxy_for(tmp_path, "nobody", path=str(nothing))
    out, err = await process.communicate()

    assert (b"", 1) == (out, process.returncode)
    assert (
        "What nobody sends cannot be captured: Failed to run sudo. It takes root, by "
        "sudo, and on Linux eBPF and cgroup 2. Without it: overallt setup firefox\n"
    ) == err.decode()
