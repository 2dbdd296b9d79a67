"""The command ``setup``: makes a browser trust and use the proxy, and undoes it."""

from datetime import UTC, datetime
from pathlib import Path

import click

from overallt.cli import browser_profiles
from overallt.cli.addresses import readable_file
from overallt.cli.browser_profiles import ProfileNotChanged
from overallt.cli.failing import fail, make
from overallt.cli.folders import DataFolder
from overallt.cli.pac import pac
from overallt.cli.parameters import listen_option


@click.command()
@listen_option
@click.option(
    "--browser-profile",
    "profile",
    type=click.Path(file_okay=False, path_type=Path),
    help="Set this profile up: a Firefox profile's folder, or ~/.pki/nssdb "
    "for Chromium.",
)
@click.option("--undo", is_flag=True, help="Take everything back out again.")
@click.pass_obj
def setup(
    folder: DataFolder, listen: tuple[str, int], profile: Path | None, *, undo: bool
) -> None:
    """Set a browser up for the proxy."""
    make(folder)
    try:
        if undo:
            _undo(folder, profile)
        else:
            _set_up(folder, listen, profile)
    except ProfileNotChanged as error:
        fail(str(error))


def _set_up(folder: DataFolder, listen: tuple[str, int], profile: Path | None) -> None:
    from overallt.gateway.browsers import Browsers
    from overallt.gateway.messages import ORIGIN
    from overallt.proxy.authority import ensure_authority

    now = datetime.now(tz=UTC)
    address = f"{listen[0]}:{listen[1]}"
    ca = ensure_authority(folder.authority, now)
    folder.pac.write_text(pac(address), encoding="utf-8")
    folder.pac.chmod(0o600)
    code = Browsers(folder.browsers).new_pairing_code(now)
    if profile is None:
        click.echo(_by_hand(ca, address, folder.pac))
    else:
        _set_up_profile(folder, profile.absolute(), ca, listen)
        click.echo("With the proxy running, open this there, within 10 minutes:")
    click.echo(f"   {ORIGIN}/pair/{code}")


def _by_hand(ca: Path, address: str, pac_file: Path) -> str:
    # Chromium takes no automatic configuration from a file.
    return f"""\
1. Let your browser trust this certificate authority, as one for websites:
     {ca}
   Firefox: Settings, "Certificates", Authorities, Import.
   Chromium: Settings, "Manage certificates", installed by you, Import.
2. Let it use the proxy {address} for HTTP and HTTPS.
   Firefox: Settings, "Proxy"; or there, as automatic configuration,
     {readable_file(pac_file)}
   Chromium: start it with  --proxy-server={address}
3. With the proxy running, open this in that browser, within 10 minutes:"""


def _set_up_profile(
    folder: DataFolder, profile: Path, ca: Path, listen: tuple[str, int]
) -> None:
    if browser_profiles.is_firefox(profile) and not profile.is_dir():
        fail(
            f"There is no folder {profile}. Firefox names its profiles' folders "
            "at about:profiles."
        )
    known = _profiles(folder)
    browser_profiles.trust(profile, ca)
    if profile not in known:
        _remember(folder, [*known, profile])
    if browser_profiles.is_firefox(profile):
        browser_profiles.use_proxy(profile, *listen)
        click.echo(f"The Firefox profile {profile} trusts the proxy and uses it.")
    else:
        click.echo(f"Chromium trusts the proxy by {profile}. Start it with")
        direct = ";".join(browser_profiles.DIRECT)
        click.echo(f"   --proxy-server={listen[0]}:{listen[1]}")
        click.echo(f'   --proxy-bypass-list="{direct}"')


def _undo(folder: DataFolder, profile: Path | None) -> None:
    from overallt.gateway.browsers import Browsers
    from overallt.gateway.trusted_sites import TrustedSites
    from overallt.proxy.authority import delete_authority

    profiles = _profiles(folder)
    if profile is not None and profile.absolute() not in profiles:
        profiles.append(profile.absolute())
    for each in profiles:
        if each.exists():
            browser_profiles.distrust(each)
            browser_profiles.use_no_proxy(each)
            click.echo(f"Taken out of {each}.")
    _remember(folder, [])
    delete_authority(folder.authority)
    if folder.browsers.exists():
        Browsers(folder.browsers).revoke_all()
    if folder.sites.exists():
        TrustedSites(folder.sites).forget_all()
    folder.seal_key.unlink(missing_ok=True)
    folder.pac.unlink(missing_ok=True)
    click.echo("The certificate authority and all pairings are deleted.")
    click.echo("End the proxy if it runs, and take it out of browsers set up by hand.")


def _profiles(folder: DataFolder) -> list[Path]:
    if not folder.profiles.exists():
        return []
    lines = folder.profiles.read_text(encoding="utf-8").splitlines()
    return [Path(line) for line in lines]


def _remember(folder: DataFolder, profiles: list[Path]) -> None:
    text = "".join(f"{profile}\n" for profile in profiles)
    folder.profiles.write_text(text, encoding="utf-8")
    folder.profiles.chmod(0o600)
