"""Reports of residents: kinds in words, what a case is about, what others may see of it."""

from __future__ import annotations

from toimiva.capabilities.reports.answering import CaseOfReports, of_case, publish, title_of
from toimiva.capabilities.reports.making import SERVICE

__all__ = ["SERVICE", "CaseOfReports", "of_case", "publish", "title_of"]
