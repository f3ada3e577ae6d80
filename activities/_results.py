"""What came of a plan: one result for each action. `activities.execution_coordinator` hands them on."""

from typing import Any, Literal

from pydantic import Field

from activities._reply import Action
from mesh.protocol import Enrichment
from mesh.route import Wire


class ActionResult(Wire):
    """What came of one action. `detail` is the shop's own sentence, for what was done as for what was refused.

    Attributes:
        outcome: done; refused (by the shop, by us, or by a person; nothing happened); failed (a question that was not
            answered; nothing happened); undone (done and taken back); unclear (asked for, and no answer came: it may
            have happened).
        stays: why what should have been taken back could not be.
    """

    action: Action
    outcome: Literal["done", "refused", "failed", "undone", "unclear"]
    detail: str | None = None
    receipt: dict[str, Any] = Field(default_factory=dict)
    stays: str | None = None


class ExecutionResult(Enrichment, slot="execution_result"):
    """The results in plan order.

    Attributes:
        hop: where the plan was carried out; its idempotency keys bear this number for ever.
        due: something is in doubt or has to be taken back; the compensator must see to it.
    """

    results: tuple[ActionResult, ...] = ()
    hop: int | None = None
    due: bool = False

    def of(self, name: str) -> tuple[ActionResult, ...]:
        return tuple(result for result in self.results if result.action.name == name)
