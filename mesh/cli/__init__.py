"""The command line. Commands that run processes are contributed by their packages as entry points."""

from importlib.metadata import entry_points

import click

from mesh.cli.audit import audit
from mesh.cli.demo import demo
from mesh.cli.doctor import doctor
from mesh.cli.email import email
from mesh.cli.failed import failed
from mesh.cli.knowledge import knowledge
from mesh.cli.people import people
from mesh.cli.send import send
from mesh.cli.stuck import stuck
from mesh.cli.trace import trace


class Commands(click.Group):
    """Our own commands, and those of the entry point group `mesh.commands`, imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *entry_points(group="mesh.commands").names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        found = tuple(entry_points(group="mesh.commands", name=cmd_name))
        if own or not found:
            return own
        command = found[0].load()
        return command if isinstance(command, click.Command) else None


@click.group(cls=Commands)
@click.version_option(package_name="actor-mesh")
def main() -> None:
    """Actor Mesh: an e-commerce support agent whose messages carry their own route."""


for command in (audit, demo, doctor, email, failed, knowledge, people, send, stuck, trace):
    main.add_command(command)
