"""Addresses as they stand in mail: `ana@example.com` or `Ana <ana@example.com>`."""

import re
from email.utils import parseaddr
from typing import Final

ADDRESS: Final = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


def bare(text: str) -> str | None:
    """The address alone, in small letters; None when there is none."""
    found = parseaddr(text)[1].lower()
    return found if ADDRESS.fullmatch(found) else None


def shown(address: str, name: str | None) -> str:
    return f"{name} <{address}>" if name else address
