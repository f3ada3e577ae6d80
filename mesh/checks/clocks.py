"""Do the clocks of the servers go as ours does?"""

from datetime import UTC, datetime

from mesh.checks.finding import Finding, fail, ok, warn

NOTICEABLE = 2.0
HARMFUL = 30.0


def drift(server: str, theirs: datetime) -> Finding:
    """Compare a server's time, asked a moment ago, with ours."""
    seconds = abs((theirs - datetime.now(UTC)).total_seconds())
    words, advice = f"{seconds:.1f} s apart", "run NTP on both machines: deadlines and the order of rows depend on it"
    if seconds > HARMFUL:
        return fail(f"clocks.{server}", words, advice)
    return warn(f"clocks.{server}", words, advice) if seconds > NOTICEABLE else ok(f"clocks.{server}", words)
