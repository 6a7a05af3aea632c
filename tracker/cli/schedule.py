"""``tracker schedule``: have the operating system bring the library up to date."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import edge, options

if TYPE_CHECKING:
    from tracker.schedule.entries import Job
    from tracker.schedule.installing import Cron, Systemd
    from tracker.settings import Settings

app = typer.Typer()


class System(Enum):
    """Who keeps the time."""

    cron = "cron"
    systemd = "systemd"
    launchd = "launchd"


@app.command(rich_help_panel=options.KEEPING)
def schedule(
    ctx: typer.Context,
    system: Annotated[
        System | None,
        typer.Argument(help="For which system; else the usual one of this machine.", show_default=False),
    ] = None,
    every: Annotated[int, typer.Option("--every", metavar="HOURS", help="1, 2, 3, 4, 6, 8, 12 or 24.")] = 12,
    install: Annotated[bool, typer.Option("--install", help="Put the entry in place (cron, systemd).")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take the entry out again.")] = False,
) -> None:
    """Print the entry that makes cron, systemd or launchd run [bold]tracker update[/bold], or install it.

    [bold]tracker serve[/bold] needs none of this: it has a clock of its own.

    Example: [bold]tracker schedule systemd --every 6 --install[/bold]
    """
    if install and remove:
        raise edge.wrong_use("--install and --remove contradict each other", "give one of them")
    chosen = system or _usual()
    if remove:
        edge.say(_installer(chosen).remove())
        return
    job = _job(edge.Edge.of(ctx).settings(), every)
    if install:
        edge.say(_installer(chosen).install(job))
        return
    typer.echo(_text(chosen, job), nl=False)


def _usual() -> System:
    import shutil
    import sys

    if sys.platform == "darwin":
        return System.launchd
    return System.systemd if shutil.which("systemctl") else System.cron


def _job(settings: Settings, every: int) -> Job:
    import os
    import sys

    from tracker.schedule.entries import Job

    home = settings.home
    # Addresses and the model, which a person may have set for the shell only.  Never a key: an entry is no safe place.
    kept = ("TRACKER_DATABASE_URL", "TRACKER_MIRROR", "TRACKER_EMBEDDING_MODEL")
    return Job(
        command=(sys.executable, "-P", "-m", "tracker.cli", "--home", str(home), "update"),
        hours=every,
        environment=tuple((name, os.environ[name]) for name in kept if os.environ.get(name)),
        log=str(home / "update.log"),
    )


def _text(system: System, job: Job) -> str:
    from tracker.schedule import entries

    match system:
        case System.cron:
            return entries.cron(job)
        case System.launchd:
            return entries.launchd(job)
        case System.systemd:
            folder = "~/.config/systemd/user"
            return (
                f"# {folder}/{entries.NAME}.service\n{entries.systemd_service(job)}\n"
                f"# {folder}/{entries.NAME}.timer\n{entries.systemd_timer(job)}"
            )


def _installer(system: System) -> Cron | Systemd:
    import os

    from tracker.schedule import installing

    match system:
        case System.cron:
            return installing.Cron()
        case System.systemd:
            return installing.Systemd.of(os.environ)
        case System.launchd:
            raise edge.wrong_use(
                "launchd entries are only printed",
                "save it as ~/Library/LaunchAgents/org.paper-tracker.update.plist, then: launchctl load that file",
            )
