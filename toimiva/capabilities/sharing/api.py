"""Services of others that a resident lets fetch their data. Persons are pseudonyms; instants are aware UTC."""

from __future__ import annotations

from toimiva.capabilities.sharing.models import Permission, Service
from toimiva.capabilities.sharing.permitting import end_permission, permissions_of
from toimiva.capabilities.sharing.registering import NewService, close_service, register_service, services_of_others

__all__ = [
    "NewService", "Permission", "Service", "close_service", "end_permission", "permissions_of", "register_service",
    "services_of_others",
]  # fmt: skip
