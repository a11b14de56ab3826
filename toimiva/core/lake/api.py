"""The lake: versioned tables that the registers land in. Personal rows are read through `purposes`, not from here."""

from __future__ import annotations

from toimiva.core.lake.answering import Answer, answer
from toimiva.core.lake.tables import (
    compact,
    differences,
    digest,
    files,
    forget,
    history,
    merge,
    read,
    scan,
    tables,
    version,
    write,
    write_part,
)

__all__ = [
    "Answer", "answer", "compact", "differences", "digest", "files", "forget", "history", "merge", "read", "scan",
    "tables", "version", "write", "write_part",
]  # fmt: skip
