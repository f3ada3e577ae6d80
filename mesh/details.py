"""What operators read about a message in the Temporal Web UI: where it is, what went wrong, what to do. In Markdown.

No personal data: what the Web UI shows is not encrypted and needs no right to read customers' letters.
"""

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING

from mesh.interventions import deliverer
from mesh.route import Route, Step, TraceEntry, names_in

if TYPE_CHECKING:
    from mesh.protocol import Message

STUCK = "stuck"
"""The state of a message whose visit has been open for longer than ordinary work takes."""
ADDRESS = re.compile(r"[^\s@<>,;:]+@[^\s@<>,;:]+")

ADVICE = {
    STUCK: "The visit is repeated without success, or nobody serves the actor. The error of the last attempt is under "
    "Pending Activities; `mesh stuck` says it for every message. Repair the cause, then `retry_now`; or free the "
    "message by one of the updates below.",
    "failed": "Nobody could finish it. It is kept as a dead letter and the customer gets a plain apology.",
    "working": "Nothing: it is on its way.",
}
WAITING = "Somebody must answer it, at the desk or by `reply` below, before its deadline passes."

FORMS = """\
### Updates
More Actions, Send an Update. The input is JSON; `by` and `why` may be left out and are kept in the trace.

- `retry_now`: start the visit anew at once, at the same hop: no effect is doubled
- `reroute`: leave this visit, go on with these steps
- `skip_step`: leave this visit, take the next step
- `reply`: your words are the answer
- `give_up`: dead letter, and a plain apology
"""


def details(message: "Message", state: str, since: datetime) -> str:
    """The page of a message in this state, in which it is since then."""
    route = message.route
    parts = [f"**State: {state}** since {since:%Y-%m-%d %H:%M:%S} UTC", _steps(route, state), _error(message)]
    if not route.done and state != "failed":
        parts += [f"**What to do:** {ADVICE.get(state, WAITING)}", _history(route), f"{FORMS}\n{_examples(route)}"]
    else:
        parts += [f"**What to do:** {ADVICE['failed']}" if state == "failed" else "", _history(route)]
    return "\n\n".join(part for part in parts if part)


def _steps(route: Route, state: str) -> str:
    here = route.current_step
    left = {entry.hop for entry in route.trace if entry.did in {"reroute", "skip_step", "reply"}}
    marks = (
        "left"
        if index in left
        else _done(route, index)
        if index < here
        else f"**{state}**"
        if index == here
        else "ahead"
        for index in range(len(route.steps))
    )
    return "\n".join(
        f"{number}. {' + '.join(names_in(step))}: {mark}"
        for number, (step, mark) in enumerate(zip(route.steps, marks, strict=True), start=1)
    )


def _done(route: Route, hop: int) -> str:
    """How a step was taken: what rode along in another's visit has no activity of its own to look for."""
    how = {entry.why for entry in route.trace if entry.hop == hop and entry.kind == "visited"}
    return f"done {why}" if len(how) == 1 and (why := next(iter(how))) else "done"


def _error(message: "Message") -> str:
    error = message.payload.error
    return f"Last failure: `{error.actor}` ({error.kind}): {impersonal(error.reason)}" if error else ""


def _history(route: Route) -> str:
    lines = [
        _line(entry) for entry in route.trace if entry.kind == "operator" or (entry.kind == "edited" and entry.why)
    ]
    return "\n".join(["Route edits\n", *lines]) if lines else ""


def _line(entry: TraceEntry) -> str:
    what = f"{entry.did} by {entry.by}" + (f": {entry.why}" if entry.why else "") if entry.by else entry.why or ""
    return f"- `{entry.actor}`: {impersonal(what)}"


def _examples(route: Route) -> str:
    rest = route.steps[route.current_step + 1 :] or route.dropped or _only(deliverer(route)) or route.steps[-1:]
    signed = {"by": "your name", "why": "what you know"}
    inputs = (
        ("retry_now", signed),
        ("reroute", {"steps": rest, **signed}),
        ("skip_step", signed),
        ("reply", {"text": "Dear customer, …", **signed}),
        ("give_up", {"reason": "cannot be answered", "by": "your name"}),
    )
    # Indented blocks: four spaces are code in Markdown.
    return "\n\n".join(f"`{name}`\n\n    {json.dumps(value, ensure_ascii=False)}" for name, value in inputs)


def _only(step: Step | None) -> tuple[Step, ...]:
    return () if step is None else (step,)


def impersonal(text: str) -> str:
    """The text without e-mail addresses."""
    return ADDRESS.sub("(an address)", text)
