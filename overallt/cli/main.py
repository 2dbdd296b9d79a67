"""The command ``overallt``: the patron's side from a terminal."""

from pathlib import Path

import click

from overallt.cli.check_command import check
from overallt.cli.demo import demo
from overallt.cli.doctor_command import doctor
from overallt.cli.folders import DataFolder, default_root
from overallt.cli.opt_out_command import opt_out
from overallt.cli.proxy_command import proxy
from overallt.cli.rewrite_command import rewrite
from overallt.cli.setup_command import setup
from overallt.cli.signing_in import login, logout
from overallt.cli.site_command import site
from overallt.cli.status_command import status
from overallt.cli.up import up


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data-folder",
    envvar="OVERALLT_HOME",
    show_envvar=True,
    type=click.Path(file_okay=False, path_type=Path),
    default=default_root,
    help="Where your data lies.",
)
@click.version_option(package_name="overallt")
@click.pass_context
def cli(context: click.Context, data_folder: Path) -> None:
    """Överallt: text tags on any web page become live buttons."""
    context.obj = DataFolder(data_folder)


for command in (
    *(up, demo, login, logout, proxy, site, opt_out, setup, status, doctor, check),
    rewrite,
):
    cli.add_command(command)
