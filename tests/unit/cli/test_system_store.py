"""The system's store of certificates, on a copy of it that only the test sees."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ANCHORS = Path("/usr/local/share/ca-certificates")
BUNDLE = Path("/etc/ssl/certs")
HERE = Path(__file__).parents[3]


def cannot() -> str | None:
    """Say why this machine cannot give a test folders of the system's of its own."""
    if os.geteuid() != 0:
        return "only root may have a view of its own of the file system"
    if not ANCHORS.is_dir() or shutil.which("update-ca-certificates") is None:
        return "this is no Debian"
    probe = subprocess.run(["unshare", "--mount", "true"], check=False)
    return "no mount namespaces here" if probe.returncode else None


def in_a_view_of_its_own(tmp_path: Path, script: str, *, writable: bool = True) -> str:
    """Run *script* where copies in *tmp_path* stand for the system's folders."""
    mounts = ""
    for folder in (ANCHORS, BUNDLE):
        copy = tmp_path / folder.name
        if not copy.exists():
            shutil.copytree(folder, copy, symlinks=True)
        mounts += f"mount --bind {copy} {folder} && "
        # What even root cannot write, others cannot either.
        if not writable:
            mounts += f"mount -o remount,bind,ro {folder} && "
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", mounts + script],
        capture_output=True,
        text=True,
        check=False,
        cwd=HERE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return done.stdout + done.stderr


pytestmark = [
    pytest.mark.skipif(cannot() is not None, reason=str(cannot())),
    pytest.mark.long,
]
SET_UP = f"{sys.executable} -m overallt setup system --listen 127.0.0.1:1"


def names(bundle: Path) -> set[str]:
    """Name what is in the system's bundle, the stores of other languages left out."""
    return {path.name for path in bundle.iterdir()}


def test_the_system_trusts_it_and_then_again_does_not(
    tmp_path: Path, person: Path
) -> None:
    in_a_view_of_its_own(tmp_path, "update-ca-certificates --fresh")
    bundle = tmp_path / BUNDLE.name
    before = names(bundle)

    said = in_a_view_of_its_own(tmp_path, SET_UP)
    added = names(bundle) - before
    ca = person / ".local/share/overallt/authority/mitmproxy-ca-cert.pem"
    pem = ca.read_text()
    trusted = pem in (bundle / "ca-certificates.crt").read_text()
    undone = in_a_view_of_its_own(tmp_path, f"{SET_UP} --undo")

    assert "The system's store of certificates" in said
    assert "overallt.pem" in added
    assert trusted
    assert "is as before" in undone
    assert before == names(bundle)
    assert pem not in (bundle / "ca-certificates.crt").read_text()
    assert [] == [*(tmp_path / ANCHORS.name).glob("overallt*")]
    assert not (person / ".local").exists()


@pytest.mark.usefixtures("person")
def test_who_is_not_root_is_shown_what_to_type(tmp_path: Path) -> None:
    said = in_a_view_of_its_own(tmp_path, SET_UP, writable=False)

    assert "Only root may change" in said
    assert "install -m 644" in said
    assert "update-ca-certificates --fresh" in said
    assert [] == [*(tmp_path / ANCHORS.name).glob("overallt*")]
