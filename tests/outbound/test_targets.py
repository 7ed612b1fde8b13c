"""What may be called, as tables: an address or a URL a line."""

from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.outbound.targets import OutboundError, may_be_dialled, private_hosts, target_of
from api.settings import Settings

# A star: a host that the operator names may have it.
CLOSED = """
0.0.0.0 this host
0.1.2.3 this network
*10.0.0.1 private
*10.255.255.255 private
*100.64.0.1 carrier-grade NAT
*100.100.100.200 metadata of a cloud
*100.127.255.255 carrier-grade NAT
*127.0.0.1 loopback
*127.1.2.3 loopback
168.63.129.16 metadata of a cloud
169.254.0.1 link-local
169.254.169.254 metadata of a cloud
*172.16.0.1 private
*172.31.255.255 private
192.0.0.1 protocol assignments
192.0.0.192 metadata of a cloud
192.0.2.1 documentation
192.31.196.1 AS112
192.52.193.1 multicast relays
192.88.99.1 relays of 6to4
*192.168.1.1 private
192.175.48.1 AS112
198.18.0.1 benchmarks
198.19.255.255 benchmarks
198.51.100.1 documentation
203.0.113.1 documentation
224.0.0.1 multicast
239.255.255.250 multicast
240.0.0.1 reserved
255.255.255.255 broadcast
:: nothing
*::1 loopback
::2 compatible
::127.0.0.1 compatible
::8.8.8.8 compatible
::ffff:127.0.0.1 mapped
::ffff:10.0.0.1 mapped
::ffff:8.8.8.8 mapped
::ffff:0:127.0.0.1 translated
64:ff9b::7f00:1 NAT64
64:ff9b::8.8.8.8 NAT64
64:ff9b:1::a00:1 local NAT64
100::1 discard
100:0:0:1::1 dummy
200::1 never given out
2001::1 Teredo
2001:0:7f00:1::1 Teredo
2001:1::1 port control
2001:2::1 benchmarks
2001:3::1 multicast relays
2001:4:112::1 AS112
2001:10::1 ORCHID
2001:20::1 ORCHID
2001:30::1 drones
2001:db8::1 documentation
2002:7f00:1:: 6to4
2002:808:808:: 6to4
2620:4f:8000::1 AS112
3ffe::1 the 6bone
3fff::1 documentation
4000::1 never given out
5f00::1 segment routing
*fc00::1 unique local
*fd00:ec2::254 metadata of a cloud
fe80::1 link-local
fe80::1%eth0 link-local with a zone
2a00:1450::1%1 public with a zone
fec0::1 site-local
ff02::1 multicast
ff0e::1 global multicast
"""
OPEN = "1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 198.17.0.1 198.20.0.1 223.255.255.1"
OPEN_IPV6 = "2001:200::1 2001:4860:4860::8888 2606:4700::1111 2a00:1450:400f::1 2c0f:fb50::1"
NO_ADDRESS = ("", "localhost", "127.1", "0x7f000001", "2130706433", "127.0.0.01", "[::1]", "1.1.1.1/32", "１.1.1.1")


@pytest.mark.parametrize("line", CLOSED.strip().splitlines())
def test_an_address_that_is_not_public_is_not_dialled(line: str) -> None:
    assert not may_be_dialled(line.strip("*").split(" ")[0], private=False)


@pytest.mark.parametrize("address", [*OPEN.split(), *OPEN_IPV6.split()])
def test_a_public_address_is_dialled(address: str) -> None:
    assert may_be_dialled(address, private=False)
    assert may_be_dialled(address, private=True)


@pytest.mark.parametrize("line", CLOSED.strip().splitlines())
def test_a_host_that_the_operator_names_may_be_private_and_nothing_else(line: str) -> None:
    assert may_be_dialled(line.strip("*").split(" ")[0], private=True) == line.startswith("*")


@pytest.mark.parametrize("address", NO_ADDRESS)
def test_what_is_no_address_is_not_dialled(address: str) -> None:
    assert not may_be_dialled(address, private=True)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_no_ipv4_address_is_dialled_in_the_dress_of_ipv6(inner: IPv4Address) -> None:
    number = int(inner)
    compatible, mapped, translated = number, 0xFFFF << 32 | number, 0xFFFF << 48 | number
    nat64, six_to_four, teredo = 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80, 0x20010000 << 96 | number
    for outer in (compatible, mapped, translated, nat64, six_to_four, teredo):
        assert not may_be_dialled(str(IPv6Address(outer)), private=False)


REFUSED = {
    "bad-url": (
        "",
        "idp.example",
        "//idp.example/jwks",
        "ftp://idp.example/jwks",
        "file:///etc/passwd",
        "gopher://idp.example/",
        "https:/idp.example",
        "https:idp.example",
        "https://",
        "https:///jwks",
        "https://anna@idp.example/",
        "https://anna:hemligt@idp.example/",
        "https://idp.example@127.0.0.1/",
        "https://idp.example\\@127.0.0.1/",
        "https://127.0.0.1\\.idp.example/",
        "https://idp.example/jwks#keys",
        "https://idp.example#@127.0.0.1/",
        "https://idp.example?x",
        "https://idp.example:/",
        "https://idp.example:0/",
        "https://idp.example:0443/",
        "https://idp.example:+443/",
        "https://idp.example:443:443/",
        "https://idp.example:٤٤٣/",
        "https://idp.example./",
        "https://.idp.example/",
        "https://idp..example/",
        "https://-idp.example/",
        "https://idp-.example/",
        "https://idp_1.example/",
        "https://idp%2eexample/",
        "https://räksmörgås.example/",
        "https://ⓘdp.example/",
        "https://ıdp.example/",
        "https://idp.example／jwks",
        "https://[fe80::1%25eth0]/",
        "https://[idp.example]/",
        "https://[::1/",
        "https://::1/",
        "https://idp.example/a b",
        "https://idp.example/a\tb",
        "https://idp.example/a\r\nHost: other.example",
        "https://idp.example/ä",
        "https://idp.example/\0",
        " https://idp.example/",
        "https://idp.example/\n",
        f"https://{'a' * 64}.example/",
        f"https://{'a.' * 126}example/",
        f"https://idp.example/{'a' * 2048}",
    ),
    "not-https": (
        "http://idp.example/jwks",
        "HTTP://idp.example/jwks",
        "http://127.0.0.1/jwks",
        "http://idp.internal:81/",
    ),
    "port": (
        "https://idp.example:22/",
        "https://idp.example:80/",
        "https://idp.example:1023/",
        "https://idp.example:65536/",
        "https://idp.example:99999/",
        "https://adfs.internal:80/",
    ),
}
# What the operator names, as a URL of it, and what stands in Host.
NAMED = ("idp.internal", "adfs.internal:22", "127.0.0.1:9000", "[::1]:9000")
CALLED = {
    "https://idp.example": ("idp.example", 443, "/", "idp.example"),
    "https://idp.example:443/jwks": ("idp.example", 443, "/jwks", "idp.example"),
    "https://IDP.Example:8443/a/b?c=d&e=%20": ("idp.example", 8443, "/a/b?c=d&e=%20", "idp.example:8443"),
    "https://xn--rksmrgs-5wao1o.example/": ("xn--rksmrgs-5wao1o.example", 443, "/", "xn--rksmrgs-5wao1o.example"),
    "https://[2606:4700::1111]/": ("2606:4700::1111", 443, "/", "[2606:4700::1111]"),
    "http://idp.internal/": ("idp.internal", 80, "/", "idp.internal"),
    "https://idp.internal/": ("idp.internal", 443, "/", "idp.internal"),
    "http://adfs.internal:22/": ("adfs.internal", 22, "/", "adfs.internal:22"),
    "http://[::1]:9000/": ("::1", 9000, "/", "[::1]:9000"),
}


@pytest.mark.parametrize(("reason", "url"), [(reason, url) for reason, urls in REFUSED.items() for url in urls])
def test_a_url_that_may_not_be_called_is_refused(reason: str, url: str) -> None:
    with pytest.raises(OutboundError) as refusal:
        target_of(url, private_hosts(NAMED))
    assert refusal.value.reason == reason
    assert refusal.value.detail


@pytest.mark.parametrize("url", CALLED)
def test_a_url_is_read_in_its_parts(url: str) -> None:
    target = target_of(url, private_hosts(NAMED))
    assert (target.host, target.port, target.path, target.authority) == CALLED[url]


@pytest.mark.parametrize(
    "url", ["https://adfs.internal/", "https://idp.internal:8443/", "https://127.0.0.1/", "https://a.idp.internal/"]
)
def test_a_named_host_is_that_host_and_port_alone(url: str) -> None:
    assert not target_of(url, private_hosts(NAMED)).private


_PIECES = st.sampled_from(
    [
        "https://",
        "idp.example",
        "127.0.0.1",
        "[::1]",
        ":",
        "8443",
        "@",
        "/",
        "\\",
        "#",
        "?",
        "%",
        ".",
        "a",
        " ",
        "å",
        "\n",
    ]
)


@settings(deadline=None)
@given(st.lists(_PIECES, max_size=9).map("".join))
def test_no_url_has_two_meanings(url: str) -> None:
    try:
        target = target_of(url, frozenset())
    except OutboundError:
        return
    other = urlsplit(url)
    assert (other.hostname, other.port or 443) == (target.host, target.port)
    assert other.username is None
    assert not other.fragment


@pytest.mark.parametrize(
    "entry", ["https://idp.internal", "*.internal", "10.0.0.0/8", "idp.internal:", "a b", "idp.internal:0"]
)
def test_what_names_no_host_stops_the_start(entry: str) -> None:
    with pytest.raises(ValueError, match="hosts are written like"):
        Settings(outbound_private_hosts=(entry,))


def test_hosts_are_named_in_one_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMSPRAK_OUTBOUND_PRIVATE_HOSTS", "idp.internal, 10.1.2.3:8443")
    assert Settings().outbound_private_hosts == ("idp.internal", "10.1.2.3:8443")
