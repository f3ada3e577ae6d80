"""What an actor is: a named unit of work with a mailbox, a policy and the things it needs.

    @actor("sentiment_analyzer", timeout=timedelta(seconds=5))
    async def sentiment_analyzer(message: Message) -> Sentiment: ...

Keyword-only parameters are dependencies, found by their type when the worker starts.
"""

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from mesh.calls import visiting
from mesh.errors import MeshError
from mesh.protocol import Enrichment, Message, Outcome, Policy, Route

Result = Enrichment | tuple[Enrichment, ...] | Route | None
Work = Callable[..., Awaitable[Result]]
Visit = Callable[[Message], Awaitable[Outcome]]
ACTOR_PACKAGES = ("activities", "routers")


@dataclass(frozen=True)
class Actor:
    """An actor as declared: callable in a test, bindable in a worker, nameable in a route.

    `prepare` loads what the first visit would wait for; a worker calls it in a thread when it begins.
    """

    name: str
    policy: Policy
    work: Work
    needs: Mapping[str, type]
    kind: Literal["processor", "router"]
    prepare: Callable[[], object] | None = None

    async def __call__(self, message: Message, **dependencies: object) -> Result:
        return await self.work(message, **dependencies)

    def bind(self, resources: Mapping[type, object]) -> Visit:
        """Give the actor its dependencies; what comes back turns a message into an outcome.

        Raises:
            MeshError: a dependency is missing, with its name.
        """
        missing = [f"{name}: {kind.__name__}" for name, kind in self.needs.items() if kind not in resources]
        if missing:
            raise MeshError(f"{self.name} needs {', '.join(missing)}, which this worker does not provide")
        dependencies = {name: resources[kind] for name, kind in self.needs.items()}

        async def visit(message: Message) -> Outcome:
            earlier = ((entry.hop, entry.calls) for entry in message.route.trace)
            with visiting(message.session_id, earlier) as seen:
                return Outcome.of(await self.work(message, **dependencies), seen.calls)

        return visit


def actor(  # noqa: PLR0913 - one keyword for each field of Policy, and how to prepare
    name: str,
    *,
    timeout: timedelta = timedelta(seconds=10),
    attempts: int = 5,
    deadline: timedelta = timedelta(minutes=3),
    queue_wait: timedelta = timedelta(minutes=1),
    priority: int = 3,
    state: str = "working",
    delivers: bool = False,
    rides: bool = False,
    prepare: Callable[[], object] | None = None,
) -> Callable[[Work], Actor]:
    """Declare an actor under its wire name; see `Policy` and `Actor` for what the keywords mean."""
    policy = Policy(
        timeout=timeout.total_seconds(),
        attempts=attempts,
        deadline=deadline.total_seconds(),
        queue_wait=queue_wait.total_seconds(),
        priority=priority,
        state=state,
        delivers=delivers,
        rides=rides,
    )

    def declare(work: Work) -> Actor:
        hints = typing.get_type_hints(work)
        needs = {
            parameter.name: hints[parameter.name]
            for parameter in inspect.signature(work).parameters.values()
            if parameter.kind is parameter.KEYWORD_ONLY
        }
        kind: Literal["processor", "router"] = "router" if hints["return"] is Route else "processor"
        return Actor(name=name, policy=policy, work=work, needs=needs, kind=kind, prepare=prepare)

    return declare


def discover(packages: Iterable[str] = ACTOR_PACKAGES, names: Collection[str] = ()) -> dict[str, Actor]:
    """Find every actor by importing every module of these packages; a new file needs no registration.

    Given names, only the modules of these names are imported, for an actor's file is called as it is. When that does
    not find them all, every module is.

    Raises:
        MeshError: two actors bear one name, or one is not in the file of its name.
    """
    packages = tuple(packages)
    files = [info.name for package in packages for info in _modules(package)]
    found = _actors_in(file for file in files if file.rsplit(".", 1)[-1] in names)
    if names and found.keys() >= set(names):
        return {name: found[name] for name in names}
    found = _actors_in(files)
    # Whoever waits for all mailboxes to be served knows them by the files.
    if odd := sorted(found.keys() ^ set(names_of_files(packages))):
        raise MeshError(f"an actor and its file bear one name, in {' and '.join(packages)}; not so: {', '.join(odd)}")
    return found


def names_of_files(packages: Iterable[str] = ACTOR_PACKAGES) -> list[str]:
    """The names of the actors, without importing one: a file that begins with an underscore holds none."""
    files = [info.name.rsplit(".", 1)[-1] for package in packages for info in _modules(package)]
    return [name for name in files if not name.startswith("_")]


def _modules(package: str) -> Iterable[pkgutil.ModuleInfo]:
    return pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}.")


def _actors_in(modules: Iterable[str]) -> dict[str, Actor]:
    found: dict[str, Actor] = {}
    for module in modules:
        for item in vars(importlib.import_module(module)).values():
            if isinstance(item, Actor) and found.setdefault(item.name, item) is not item:
                raise MeshError(f"two actors are called {item.name}; the second is in {module}")
    return found
