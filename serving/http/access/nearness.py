"""Whether an address, or the client of a request, is this machine itself."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

from starlette.requests import HTTPConnection

# A proxy on this machine passes on what others ask, and says so in one of these.
PASSED_ON: Final = frozenset((b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"forwarded", b"via"))


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    """Whether only this machine itself reaches a host.

    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "localhost")]
    [True, True, True, True]
    >>> [is_loopback(host) for host in ("0.0.0.0", "::", "10.0.0.7", "shop.example", "")]
    [False, False, False, False, False]
    """
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def is_local(request: HTTPConnection) -> bool:
    """Whether a request was made on this machine, and not passed on for another."""
    passed_on = not PASSED_ON.isdisjoint(name for name, _ in request.headers.raw)
    return request.client is not None and is_loopback(request.client.host) and not passed_on
