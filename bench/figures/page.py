"""`docs/performance/index.html`: the newest run in charts. One file, no script, nothing from elsewhere."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from bench.figures import tables
from bench.figures.charts import Bar, Row, chart, line, table
from bench.figures.results import Load, Results, Spread

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "performance" / "index.html"
FRAME: Final = Path(__file__).parent / "page.html"
PARTS: Final = ("gateway", "intake", "workflow", "queue", "actor", "history")
SHARES: Final = ("temporal", "workflow", "actors", "gateway", "nats", "intake")


def rendered(results: Results) -> str:
    return Template(FRAME.read_text(encoding="utf-8")).substitute(
        origin=escape(tables.origin(results)), sections="\n".join(sections(results))
    )


def write(results: Results, page: Path = PAGE) -> None:
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(rendered(results), encoding="utf-8")


def sections(results: Results) -> Iterator[str]:
    yield table("What it should be", "Limits, aims and what this run found.", tables.aims(results), marked=2)
    yield _speed(results)
    for clients in ("1", "20", "100"):
        yield _patience(results, clients)
    yield _way(results)
    yield _work(results)
    yield _memory(results)
    yield _stores(results)
    if results.growth:
        yield _growth(results)
    yield table(
        "All figures",
        "Medians of the rounds, with the extremes in brackets. CPU: processor time for a message.",
        tables.loads(results),
    )


def _label(name: str, clients: str) -> str:
    return f"{tables.SERIES[name]}, {clients} {'client' if clients == '1' else 'clients'}"


def _ranged(label: str, found: Spread, kind: str, unit: str) -> Row:
    said = f"{found.median:,.0f} {unit}".strip()
    return Row(label, [Bar(0, found.median, kind)], said, (found.least, found.most))


def _speed(results: Results) -> str:
    rows = [
        _ranged(_label(name, clients), load.per_minute, name, "")
        for name, clients, load in tables.series(results)
        if name != "hops"
    ]
    hops = results.series["hops"]["20"].per_minute.median if "hops" in results.series else 0
    about = "Answers a minute; the thin line spans the rounds."
    left_out = f" Hops on NATS alone, which keep nothing of the way, make {hops:,.0f} at 20 clients." if hops else ""
    return chart("Throughput", about + left_out, rows)


def _patience(results: Results, at: str) -> str:
    found = [(name, load) for name, clients, load in tables.series(results) if clients == at]
    rows = [_quantiles(tables.SERIES[name], load) for name, load in found]
    title = f"Waiting for an answer, {at} {'client' if at == '1' else 'clients'}"
    return chart(title, "Half, 95 of 100 and 99 of 100 have it within.", rows, ("p50", "p95", "p99"))


def _quantiles(label: str, load: Load) -> Row:
    fifty, ninety, last = (one.median for one in (load.p50_ms, load.p95_ms, load.p99_ms))
    bars = [
        Bar(0, fifty, "p50", f"p50 {fifty:,.0f} ms"),
        Bar(fifty, ninety - fifty, "p95", f"p95 {ninety:,.0f} ms"),
        Bar(ninety, last - ninety, "p99", f"p99 {last:,.0f} ms"),
    ]
    return Row(label, bars, f"{fifty:,.0f} · {ninety:,.0f} · {last:,.0f} ms")


def _way(results: Results) -> str:
    rows = [
        Row(part.name.replace("_", " "), [Bar(part.begin_ms, part.ms, part.kind)], f"{part.ms:.1f} ms")
        for part in results.waterfall
    ]
    whole = sum(part.ms for part in results.waterfall)
    about = f"One message at one client, from its request to its answer: {whole:.0f} ms in all, medians of each part."
    return chart("Where the time goes", about, rows, PARTS)


def _shares(spent: dict[str, float]) -> list[Bar]:
    """What each process has of a whole; the small ones together."""
    known = {name: spent.get(name, 0.0) for name in SHARES}
    known["others"] = sum(spent.values()) - sum(known.values())
    bars, begin = [], 0.0
    for name, size in known.items():
        bars.append(Bar(begin, size, name, f"{name} {size:,.1f}"))
        begin += size
    return bars


def _work(results: Results) -> str:
    rows = []
    for name, clients, load in tables.series(results):
        if load.cpu_ms:
            # What serves the raw rounds is compared with what serves ours.
            spent = {tables.SAME_WORK.get(one, one): ms for one, ms in load.cpu_ms.items()}
            rows.append(Row(_label(name, clients), _shares(spent), f"{load.all_cpu_ms.median:.1f} ms"))
    return chart("Processor time for a message", "By process, without the load's own.", rows, (*SHARES, "others"))


def _memory(results: Results) -> str:
    found = results.memory
    rows = [
        Row(words, _shares(by), f"{sum(by.values()):,.0f} MB")
        for words, by in (("after the start", found.idle), ("under load", found.load))
    ]
    return chart("Memory", "Pages that belong to one process alone.", rows, (*SHARES, "others"))


def _stores(results: Results) -> str:
    rows = [Row(name, [Bar(0, size, "chat")], f"{size / 1024:,.1f} KiB") for name, size in results.stores.items()]
    return chart("What a message leaves on disk", "Bytes in each store, for each message.", rows)


def _growth(results: Results) -> str:
    assert results.growth
    points = [(float(step.messages), step.per_minute) for step in results.growth.steps]
    about = (
        f"Throughput at 20 clients on the way to {results.growth.messages:,} messages. Measured right after it on a "
        f"fresh mesh with {results.growth.few:,}: {results.growth.after_few.per_minute.median:,.0f} a minute."
    )
    return line("Growth", about, points, "messages", "a minute")
