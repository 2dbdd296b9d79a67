"""Sets one browser profile up for the proxy and takes it all back out.

Trust goes into the browser's own profile, not into the system: an NSS store,
which Firefox has in each profile and Chromium in ``~/.pki/nssdb``. ``certutil``
(package libnss3-tools) writes it. A Firefox profile is also told to use the
proxy, in lines of its ``user.js`` that can be told apart.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Final

NICKNAME: Final = "overallt-proxy"
# Chromium's store is always called this; any other folder is a Firefox profile.
CHROMIUM_STORE: Final = "nssdb"
BEGIN: Final = "// overallt: begin"
END: Final = "// overallt: end"
CERTUTIL_SECONDS: Final = 30
# What the proxy refuses, a browser goes on to reach by itself (this machine, always).
DIRECT: Final = (
    "<local>",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
)


class ProfileNotChanged(Exception):
    """The browser profile could not be changed; the text says why."""


def is_firefox(profile: Path) -> bool:
    """Tell whether *profile* is a Firefox profile, not Chromium's store."""
    return profile.name != CHROMIUM_STORE


def trust(profile: Path, ca: Path) -> None:
    """Let the browser with *profile* trust the CA in the file *ca*.

    Raises:
        ProfileNotChanged: there is no ``certutil``, or it refused.
    """
    profile.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (profile / "cert9.db").exists():
        _certutil(profile, "-N", "--empty-password")
    distrust(profile)
    _certutil(profile, "-A", "-n", NICKNAME, "-t", "C,,", "-i", str(ca))


def distrust(profile: Path) -> None:
    """Take the CA out of *profile* if it is there.

    Raises:
        ProfileNotChanged: there is no ``certutil``, or it refused.
    """
    if (profile / "cert9.db").exists() and NICKNAME in _certutil(profile, "-L"):
        _certutil(profile, "-D", "-n", NICKNAME)


def use_proxy(profile: Path, host: str, port: int) -> None:
    """Let the Firefox *profile* reach the web through the proxy."""
    ours = [
        'user_pref("network.proxy.type", 1);',
        f'user_pref("network.proxy.no_proxies_on", "{", ".join(DIRECT)}");',
    ]
    for scheme in ("http", "ssl"):
        ours += [
            f'user_pref("network.proxy.{scheme}", "{host}");',
            f'user_pref("network.proxy.{scheme}_port", {port});',
        ]
    use_no_proxy(profile)
    file = profile / "user.js"
    _write_lines(file, [*_read_lines(file), BEGIN, *ours, END])


def use_no_proxy(profile: Path) -> None:
    """Take the proxy out of the Firefox *profile*, which must not be running.

    Firefox copies ``user.js`` into ``prefs.js``; so what was written there goes
    from both, and what anybody else wrote stays.
    """
    file = profile / "user.js"
    lines = _read_lines(file)
    if BEGIN not in lines or END not in lines:
        return
    begin, end = lines.index(BEGIN), lines.index(END)
    ours = set(lines[begin + 1 : end])
    _write_lines(file, lines[:begin] + lines[end + 1 :])
    copy = profile / "prefs.js"
    if copy.exists():
        _write_lines(copy, [line for line in _read_lines(copy) if line not in ours])


def _read_lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def _write_lines(file: Path, lines: list[str]) -> None:
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _certutil(profile: Path, *arguments: str) -> str:
    program = shutil.which("certutil")
    if program is None:
        raise ProfileNotChanged(
            "The program certutil is missing; Debian has it in libnss3-tools."
        )
    try:
        done = subprocess.run(  # noqa: S603 - certutil, with arguments of ours.
            [program, *arguments, "-d", f"sql:{profile}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=CERTUTIL_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise ProfileNotChanged("certutil did not come back.") from None
    if done.returncode:
        raise ProfileNotChanged(f"certutil: {done.stderr.strip()}")
    return done.stdout
