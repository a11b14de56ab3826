"""Devices: adding one, what is wrong with those there are, and telling them what to do."""

from __future__ import annotations

from toimiva.capabilities.devices.decoding import Decoder, Sent, decoders
from toimiva.capabilities.devices.downlinks import queue_downlinks
from toimiva.capabilities.devices.health import Health, health_of
from toimiva.capabilities.devices.onboarding import Added, add

__all__ = ["Added", "Decoder", "Health", "Sent", "add", "decoders", "health_of", "queue_downlinks"]
