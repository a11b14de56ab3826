"""Retention: plans, erasures and schedules. Persons are pseudonyms, instants aware UTC."""

from __future__ import annotations

from toimiva.core.retention.erasing import Plan, erase, expire_all, plan_of
from toimiva.core.retention.holder import Holder, Holding, holders

__all__ = ["Holder", "Holding", "Plan", "erase", "expire_all", "holders", "plan_of"]
