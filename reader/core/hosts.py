"""Which host names belong to this machine or its network."""

from __future__ import annotations


def is_loopback(host: str) -> bool:
    """Whether a host name or IP address is this machine."""
    import ipaddress

    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_local(host: str) -> bool:
    """Whether a host is this machine or an IP address of a private network."""
    import ipaddress

    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False
