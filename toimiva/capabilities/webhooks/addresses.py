"""Which addresses may be asked, and how: never one inside the city's own network, by whatever name it is called."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

import httpx
from django.conf import settings

from toimiva.core.errors import Invalid

__all__ = ["Target", "target_of"]


@dataclass(frozen=True, slots=True)
class Target:
    """An address as it is connected to: by the number that was looked up and found fit, with the name it goes by."""

    url: httpx.URL
    host: str
    name: str


def target_of(url: str) -> Target:
    """Look an address up. Raises Invalid for one that is not HTTPS, cannot be found, or is not on the open Internet.

    Outside production plain HTTP and the own machine are let through, to try things out.
    """
    try:
        found = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as error:
        raise Invalid(what="The address cannot be read.", mend="Write it as https://example.org/path.") from error
    schemes = ("https",) if settings.PRODUCTION else ("https", "http")
    if found.scheme not in schemes or not found.host or found.userinfo:
        raise Invalid(what="The address is not HTTPS, or has a password in it.", mend="Write https://example.org/path.")
    number = _number_of(found.host, found.port or (443 if found.scheme == "https" else 80))
    return Target(found.copy_with(host=number), found.netloc.decode(), found.host)


def _number_of(host: str, port: int) -> str:
    """One of the host's numbers, all of which are fit."""
    try:
        found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise Invalid(what=f"The host {host[:80]} is not found.", mend="Correct its name.") from error
    for number in found:
        if not ipaddress.ip_address(number).is_global and (settings.PRODUCTION or not _is_own(number)):
            raise Invalid(what=f"The host {host[:80]} is not on the open Internet.", mend="Use a public address.")
    return found[0]


def _is_own(number: str) -> bool:
    return ipaddress.ip_address(number).is_loopback
