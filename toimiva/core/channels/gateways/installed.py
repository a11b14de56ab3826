"""The gateways that come with Toimiva; importing this registers them."""

from toimiva.core.channels.gateways.http import gateway as http
from toimiva.core.channels.gateways.letter import gateway as letter
from toimiva.core.channels.gateways.phone import gateway as phone
from toimiva.core.channels.gateways.smpp import gateway as smpp
from toimiva.core.channels.gateways.smtp import gateway as smtp

__all__ = ["http", "letter", "phone", "smpp", "smtp"]
