"""`mesh knowledge`: the shop's articles, listed, searched, added."""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mesh.articles import ArticleError
from mesh.cli.edge import settings
from mesh.errors import Transient
from mesh.knowledge import Library

console = Console()
BROKEN = 1
NOTHING = 3


@click.group()
def knowledge() -> None:
    """The shop's articles: what answers rest on."""


@knowledge.command("list")
def list_() -> None:
    """Show every article. Ends with code 1 when a file is none."""
    try:
        listed = Library(settings()).listed()
    except Transient as error:
        sys.exit(str(error))
    table = Table("file", "title", "for", "updated", "language", "sections")
    for one in (one.article for one in listed if one.article):
        head = one.head
        table.add_row(
            one.file, escape(head.title), head.audience, str(head.updated), head.language, str(len(one.sections))
        )
    console.print(table)
    problems = [one.problem for one in listed if one.problem]
    for problem in problems:
        console.print(problem, markup=False)
    sys.exit(BROKEN if problems else 0)


@knowledge.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Exchange an article of the same name.")
def add(file: Path, *, replace: bool) -> None:
    """Copy FILE into the folder of the articles; the next question finds it."""
    try:
        article = Library(settings()).add(file, replace=replace)
    except (ArticleError, OSError) as error:
        sys.exit(str(error))
    console.print(f"{article.file}: {article.head.title}, {len(article.sections)} sections", markup=False)


@knowledge.command()
@click.argument("text", nargs=-1, required=True)
def search(text: tuple[str, ...]) -> None:
    """Show what TEXT finds, the surest first. Ends with code 3 when nothing answers it."""
    try:
        found = Library(settings()).find(" ".join(text))
    except Transient as error:
        sys.exit(str(error))
    for passage in found:
        console.print(f"{passage.score:.2f}  {passage.title}, {passage.section}  ({passage.file})", markup=False)
        console.print(f"      {passage.quote}", markup=False)
    if not found:
        console.print("nothing in the articles answers this")
        sys.exit(NOTHING)
