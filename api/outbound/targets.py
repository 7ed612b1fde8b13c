"""What may be called: which URLs, and which addresses behind their names. Nothing is looked up or dialled here."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Literal

Reason = Literal[
    "bad-url",
    "not-https",
    "port",
    "unresolvable",
    "address",
    "unreachable",
    "tls",
    "timeout",
    "protocol",
    "redirect",
    "status",
    "encoded",
    "too-large",
]
PrivateHosts = frozenset[tuple[str, int]]

_DETAILS: Mapping[Reason, str] = {
    "bad-url": "the address is not a plain URL: https, a host name in ASCII, no user name, no fragment",
    "not-https": "the address does not begin with https://",
    "port": "the port is neither 443 nor above 1023",
    "unresolvable": "the host name has no address",
    "address": "the host name leads to an address that is not public",
    "unreachable": "no connection could be made",
    "tls": "the server has no certificate that is valid for the host name",
    "timeout": "there was no whole answer in time",
    "protocol": "the connection broke, or what came is not HTTP",
    "redirect": "the answer leads elsewhere, and redirects are not followed: give the final address",
    "status": "the answer has another status than 200",
    "encoded": "the answer is compressed, which was not asked for",
    "too-large": "the answer is too large",
}
_LONGEST = 2048
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\])"
_AUTHORITY = rf"(?P<host>{_HOST})(?::(?P<port>[1-9][0-9]{{0,4}}))?"
# One grammar for the whole, so that no two parsers can see two hosts in one address.
_URL = re.compile(rf"(?P<scheme>https?)://{_AUTHORITY}(?P<path>/[!$-;=?-Z_a-z~%&]*)?", re.IGNORECASE | re.ASCII)
_PRIVATE_HOST = re.compile(_AUTHORITY)
_LONGEST_HOST = 253
_PORTS = {"https": 443, "http": 80}
_FREE_PORTS = range(1024, 65_536)

# The flags of `ipaddress` are not asked: they differ by Python's version, and hold multicast, IPv4 inside IPv6 and more
# for global. Sources: the IANA special-purpose registries for IPv4 and IPv6, and RFC 6890.
_CLOSED_IPV4 = [
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, where some clouds keep their metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # public by its number, but every machine of Azure finds its host there
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
# All that is routed lies here; what is mapped, compatible, NAT64, local or multicast lies outside.
_OPEN_IPV6 = ip_network("2000::/3")
_CLOSED_IPV6 = [
    ip_network(network)
    for network in (
        "2001::/23",  # Teredo, benchmarks, ORCHID and other protocols
        "2001:db8::/32",
        "2002::/16",  # 6to4: any IPv4 address in disguise
        "2620:4f:8000::/48",
        "3ffe::/16",
        "3fff::/20",
    )
]
# Where the operator's own providers may live. Link-local is not here: it is where clouds keep their secrets.
_PRIVATE = [
    ip_network(network)
    for network in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
]


class OutboundError(Exception):
    """A call that gave no answer: `reason` is for programs and logs, `detail` for people; neither repeats an answer."""

    def __init__(self, reason: Reason, status: int | None = None) -> None:
        super().__init__(reason if status is None else f"{reason} {status}")
        self.reason: Reason = reason
        self.detail = _DETAILS[reason] if status is None else f"{_DETAILS[reason]}: {status}"


@dataclass(frozen=True)
class Target:
    """A URL that may be called; `private` tells that the operator has named its host and port."""

    scheme: str
    host: str
    port: int
    path: str
    private: bool

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def private_hosts(entries: Iterable[str]) -> PrivateHosts:
    """Read host names with or without a port; without one, ports 443 and 80 are meant. Raises ValueError."""
    found: set[tuple[str, int]] = set()
    for entry in entries:
        match = _PRIVATE_HOST.fullmatch(entry.lower())
        if match is None or len(match["host"]) > _LONGEST_HOST:
            raise ValueError("hosts are written like idp.example.internal or idp.example.internal:8443")
        ports = [int(match["port"])] if match["port"] else _PORTS.values()
        found |= {(match["host"].strip("[]"), port) for port in ports}
    return frozenset(found)


def target_of(url: str, private: PrivateHosts) -> Target:
    """Read a URL. Raises OutboundError: `bad-url`, `not-https` or `port`."""
    match = _URL.fullmatch(url) if len(url) <= _LONGEST else None
    if match is None or len(match["host"]) > _LONGEST_HOST:
        raise OutboundError("bad-url")
    scheme, host = match["scheme"].lower(), match["host"].lower().strip("[]")
    port = int(match["port"] or _PORTS[scheme])
    is_private = (host, port) in private
    if not is_private and scheme != "https":
        raise OutboundError("not-https")
    if not is_private and port != _PORTS["https"] and port not in _FREE_PORTS:
        raise OutboundError("port")
    return Target(scheme, host, port, match["path"] or "/", is_private)


def may_be_dialled(address: str, *, private: bool) -> bool:
    """Tell whether an IP address is public, or private where that is allowed."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if getattr(ip, "scope_id", None) is not None:
        return False
    if private and any(ip in network for network in _PRIVATE):
        return True
    if ip.version == 4:  # noqa: PLR2004  (the number is the name)
        return not any(ip in network for network in _CLOSED_IPV4)
    return ip in _OPEN_IPV6 and not any(ip in network for network in _CLOSED_IPV6)
