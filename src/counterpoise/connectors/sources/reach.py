"""Which addresses may be reached: the decision falls on the address that is connected to.

A name is resolved once, its addresses are judged, and one of those is connected to; so neither a
redirect nor a second answer of the name server (DNS rebinding) leads inside. `ipaddress.is_private`
is not enough: it holds 100.64.0.1 and several ways to write an inside IPv4 address as IPv6 for
public.
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

INSIDE: tuple[Network, ...] = tuple(
    ip_network(each)
    for each in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
OUTSIDE_6 = IPv6Network("2000::/3")
NOT_OUTSIDE_6 = tuple(
    IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
"""Of the global range: tunnels that carry an IPv4 address within, and what is for documents."""


class OutOfReach(ValueError):
    """An address that must not be connected to; no OSError, so that nobody tries it again."""


@dataclass(frozen=True, slots=True)
class Reach:
    """inside: networks of the company's own that may be reached nevertheless. ports: empty: any."""

    inside: tuple[Network, ...] = ()
    ports: frozenset[int] = frozenset()

    def allows(self, address: Address) -> bool:
        known = _unwrap(address)
        if any(known in each for each in self.inside if each.version == known.version):
            return True
        if isinstance(known, IPv4Address):
            return not any(known in each for each in INSIDE if each.version == 4)
        return known in OUTSIDE_6 and not any(known in each for each in NOT_OUTSIDE_6)

    def resolve(self, host: str, port: int) -> Sequence[str]:
        """The addresses of the host that may be connected to. Raises OutOfReach if any may not."""
        if self.ports and port not in self.ports:
            raise OutOfReach(
                f"{host} is asked for at port {port}; only"
                f" {', '.join(map(str, sorted(self.ports)))} may be. Nothing was sent."
            )
        found = [
            str(each[4][0]).partition("%")[0]
            for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        ]
        for each in found:
            if not self.allows(ip_address(each)):
                raise OutOfReach(
                    f"{host} stands for {each}, an address inside a network. Nothing was sent. If"
                    " it is a system of the company, an administrator adds its network to"
                    " COUNTERPOISE_REACH."
                )
        return tuple(dict.fromkeys(found))


def read_reach(written: str, ports: frozenset[int] = frozenset()) -> Reach:
    """Networks parted by spaces, such as `10.1.0.0/16 127.0.0.1`. Raises ValueError."""
    return Reach(tuple(ip_network(each) for each in written.split()), ports)


def _unwrap(address: Address) -> Address:
    """An IPv4 address that IPv6 carries is judged as the IPv4 address that it reaches."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in IPv6Network("64:ff9b::/96"):
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
