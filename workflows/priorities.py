"""Which visits Temporal's queues give out first, where several wait."""

from temporalio.common import Priority

USUAL = 3
SHARE = 0.1
"""What a customer with several messages on their way gets of a queue. All others have no key: together they weigh 1."""


def priority_of(key: int, whose: str | None) -> Priority:
    """Temporal's own default is not said: a key of its own costs every visit a tenth more of the server."""
    if whose is None:
        return Priority.default if key == USUAL else Priority(priority_key=key)
    return Priority(priority_key=key, fairness_key=whose, fairness_weight=SHARE)
