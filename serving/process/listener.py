"""The socket that the service listens on, taken before anything is loaded."""

from __future__ import annotations

import socket

from features.errors import StamkundError


def listener(host: str, port: int) -> socket.socket:
    """A bound socket; the error ``port_in_use`` where there can be none."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        message = f"Cannot listen on {host}:{port}: {error.strerror}. Stop what uses it, or give another port."
        raise StamkundError("port_in_use", message, field="port") from None
    return bound


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def address(host: str, port: int) -> str:
    """Where this machine reaches the service.

    >>> address("0.0.0.0", 3000), address("10.0.0.7", 80)
    ('http://localhost:3000', 'http://10.0.0.7:80')
    """
    return f"http://{'localhost' if host == '0.0.0.0' else host}:{port}"  # noqa: S104
