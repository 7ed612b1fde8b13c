"""Who asks, as an address: the socket's peer, or what proxies that are trusted tell of."""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

Network = IPv4Network | IPv6Network

# One IPv6 customer has as many addresses as it likes, within a network of this size or larger.
_IPV6_PREFIX = 64
# Some proxies write the port too: 192.0.2.1:4711, [2001:db8::1]:4711.
_WITH_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([0-9.]{7,15}))(?::[0-9]{1,5})?")


def client_network(scope: Scope, trusted: Sequence[Network]) -> str:
    """Name the network that a request comes from: an IPv4 address, or the /64 of an IPv6 one.

    X-Forwarded-For counts only as far as trusted proxies wrote it: from the right, up to the first address that is not
    one of theirs. What is not an address ends it.
    """
    client = scope.get("client")
    peer = client[0] if client else ""
    found = _network(peer)
    if found is None:
        return peer
    if trusted:
        for hop in reversed(_forwarded_for(scope)):
            if not any(found.subnet_of(one) for one in trusted if one.version == found.version):  # type: ignore[arg-type]
                break
            further = _network(hop)
            if further is None:
                break
            found = further
    if isinstance(found, IPv6Network):
        found = found.supernet(new_prefix=_IPV6_PREFIX)
    return str(found)


def _forwarded_for(scope: Scope) -> list[str]:
    lines: Iterable[bytes] = (value for name, value in scope["headers"] if name == b"x-forwarded-for")
    return [hop.strip() for line in lines for hop in line.decode("latin-1").split(",")]


def _network(text: str) -> Network | None:
    """Read one address as a network of its own; an IPv4 address in IPv6 clothes is one."""
    if found := _WITH_PORT.fullmatch(text):
        text = found[1] or found[2]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return ip_network(address)
