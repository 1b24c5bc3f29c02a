"""Which hosts belong to this machine or its network."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address


def is_loopback(host: str) -> bool:
    """Whether a host name or IP address is this machine."""
    import ipaddress

    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_local(host: str) -> bool:
    """Whether a host is this machine, or an IP address that is not of the internet, in any notation.

    Names but `localhost` are not looked up. Also local: private and shared networks, link-local, multicast and
    reserved addresses, and IPv6 addresses that lead to such an IPv4 address.
    """
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _ip_address(name)
    return address is not None and not _is_public(address)


def _ip_address(text: str) -> IPv4Address | IPv6Address | None:
    """The IP address that a text means to the system's resolver, such as 127.0.0.1 for `127.1` or `0x7f000001`."""
    import ipaddress
    import socket

    try:
        return ipaddress.ip_address(text)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(text))
    except (OSError, ValueError):
        return None


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    import ipaddress

    if address.version == 6:
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in ipaddress.IPv6Network("64:ff9b::/96"):
            # A gateway of networks without IPv4 (RFC 6052): all IPv4 hosts have such an address there.
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is None:
            return address.is_global and address in ipaddress.IPv6Network("2000::/3")
        address = inner
    is_assignment = address in ipaddress.IPv4Network("192.0.0.0/24")  # Partly global to Python before 3.13.
    return address.is_global and not address.is_multicast and not is_assignment
