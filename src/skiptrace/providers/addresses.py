"""Which addresses may be connected to: public unicast ones only, by a deny table of our own.

``ipaddress.is_global`` is no filter: it passes NAT64, 6to4, IPv4-compatible and multicast addresses, each of which can
carry a request back inside. The tables follow the IANA special-purpose registries (RFC 6890 and its updates).
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_DENIED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link local, cloud metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # IETF protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_UNICAST_V6 = IPv6Network("2000::/3")
"""The only IPv6 block in public use; what lies outside (::1, ::ffff:0:0/96, 64:ff9b::/96, fc00::/7) is denied."""
_DENIED_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # IETF protocol assignments: Teredo, ORCHID, benchmarking
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)


def is_public(text: str) -> bool:
    """True for a public unicast address. False for anything else, text that is no address included."""
    address = _parsed(text)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _DENIED_V4)
    if isinstance(address, IPv6Address):
        return address in _UNICAST_V6 and not any(address in network for network in _DENIED_V6)
    return False


def is_loopback(text: str) -> bool:
    """True for 127.0.0.0/8 and ::1 written plainly; an embedded or mapped loopback is not one."""
    address = _parsed(text)
    return address is not None and address.is_loopback and getattr(address, "ipv4_mapped", None) is None


def may_connect(found: Sequence[str], *, allow_loopback: bool) -> bool:
    """True when every address a name resolved to may be connected to; one bad address spoils the whole answer."""
    return bool(found) and all(is_public(a) or (allow_loopback and is_loopback(a)) for a in found)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
