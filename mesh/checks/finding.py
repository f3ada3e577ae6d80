"""What a check found, how bad that is, and what to do about it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Verdict = Literal["ok", "warn", "fail"]


class Finding(BaseModel):
    """`check` is `<system>.<what>`; `found` is what was seen; `advice` is empty when all is well."""

    model_config = ConfigDict(frozen=True)

    check: str
    verdict: Verdict = "ok"
    found: str
    advice: str = ""


def ok(check: str, found: str) -> Finding:
    return Finding(check=check, found=found)


def warn(check: str, found: str, advice: str) -> Finding:
    return Finding(check=check, verdict="warn", found=found, advice=advice)


def fail(check: str, found: str, advice: str) -> Finding:
    return Finding(check=check, verdict="fail", found=found, advice=advice)


def at_least(version: str, wanted: tuple[int, int]) -> bool:
    """Whether a version such as 2.12.1 is this one or newer; what cannot be read counts as old."""
    parts = version.lstrip("v").split("-")[0].split(".")
    return [*map(int, filter(str.isdigit, parts[:2]))] >= [*wanted]
