"""The command line. Commands that run processes are contributed by their packages as entry points."""

import importlib
from importlib.metadata import entry_points
from typing import Final

import click

OWN: Final = ("audit", "demo", "doctor", "email", "failed", "knowledge", "people", "send", "stuck", "trace")
"""Our own commands: each is in a module of its name."""


class Commands(click.Group):
    """Our own commands, and those of the entry point group `mesh.commands`.

    Each is imported when it is called: every process begins here, and none has a use for what the others import.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *OWN, *entry_points(group="mesh.commands").names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in OWN:
            command = getattr(importlib.import_module(f"mesh.cli.{cmd_name}"), cmd_name)
        elif found := tuple(entry_points(group="mesh.commands", name=cmd_name)):
            command = found[0].load()
        else:
            command = super().get_command(ctx, cmd_name)
        return command if isinstance(command, click.Command) else None


@click.group(cls=Commands)
@click.version_option(package_name="actor-mesh")
def main() -> None:
    """Actor Mesh: an e-commerce support agent whose messages carry their own route."""
