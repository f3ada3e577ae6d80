"""Where a request comes from: who is at the other end, over which scheme, from which page."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from mesh.gate_settings import Network
from mesh.settings import Settings

FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "via")
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
SECURE = frozenset({"https", "wss"})


def address_of(connection: HTTPConnection, settings: Settings) -> str:
    """The address of whoever asks. What a proxy says counts if we trust the proxy; the nearest untrusted one is it."""
    peer = connection.client.host if connection.client else "unknown"
    if not _trusted(peer, settings.trusted_proxies):
        return _prefix(peer)
    hops = [hop.strip() for line in connection.headers.getlist("x-forwarded-for") for hop in line.split(",")]
    strangers = (hop for hop in reversed(hops) if not _trusted(hop, settings.trusted_proxies))
    return _prefix(next(strangers, peer))


def is_secure(connection: HTTPConnection, settings: Settings) -> bool:
    """Whether the browser came by https."""
    peer = connection.client.host if connection.client else ""
    said = connection.headers.get("x-forwarded-proto", "") if _trusted(peer, settings.trusted_proxies) else ""
    return (said or connection.url.scheme) in SECURE


def is_local(connection: HTTPConnection) -> bool:
    """Whether a program on this machine asks, directly: not through a proxy, not a page of another name."""
    address = _address(connection.client.host if connection.client else "")
    if address is None or not address.is_loopback or any(name in connection.headers for name in FORWARDED):
        return False
    # A page whose name was made to point at this machine still sends its own name.
    return (urlsplit(f"//{connection.headers.get('host', '')}").hostname or "") in LOOPBACK_NAMES


def is_welcome(connection: HTTPConnection, settings: Settings) -> bool:
    """Whether the page that asks may: one of ours, one that is allowed, or no page at all."""
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    return is_own(connection) or origin in settings.allowed_origins


def is_own(connection: HTTPConnection) -> bool:
    """Whether no page asks, or one that this gateway served."""
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host", "")


def _trusted(host: str, networks: Iterable[Network]) -> bool:
    address = _address(host)
    return address is not None and any(address in network for network in networks)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _prefix(host: str) -> str:
    """An IPv6 customer has 2^64 addresses: they count as one."""
    address = _address(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False).network_address)
    return host[:64]
