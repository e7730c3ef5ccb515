"""Network addresses: which of them one subscriber has."""

import ipaddress


def network_of(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one: the least that one line has, to pick addresses from.

    RFC 6177 advises providers to give more (a /56 is common): who has one counts as 256 at most.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(found) >> 64 << 64))
