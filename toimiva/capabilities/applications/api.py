"""Applications: a service's form filled in, sent, answered by an official. Persons are pseudonyms, instants UTC."""

from __future__ import annotations

from toimiva.capabilities.applications.filling import Filling, filled_in
from toimiva.capabilities.applications.models import Sent
from toimiva.capabilities.applications.sending import PURPOSE, REASON, Read, application_of, read, send, sent_by

__all__ = ["PURPOSE", "REASON", "Filling", "Read", "Sent", "application_of", "filled_in", "read", "send", "sent_by"]
