"""A network address cut down to the part that evidence of consent needs: a network, and no single address."""

from ipaddress import IPv6Address, ip_address, ip_network


def truncate_address(address: str) -> str:
    """Return the IPv4 /24 or IPv6 /48 an address is in, or "" for text that is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return truncate_address(str(found.ipv4_mapped))
        return str(ip_network((int(found), 48), strict=False))
    return str(ip_network((str(found), 24), strict=False))
