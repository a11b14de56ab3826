"""Letters: a PDF a letter into `$TOIMIVA_HOME/letters/<day>/`, with an address list for the printing house."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Sequence
from pathlib import Path

import typst
from django.conf import settings

from toimiva.core.channels.gateway import Outgoing, Polled, Receipt, Sent, gateways
from toimiva.core.channels.gateways.letter.letters import ADDRESSES, file_name, folder_of

_TEMPLATE = Path(__file__).with_name("letter.typ")


@gateways.register("letter")
class LetterGateway:
    """A file's name is made of the key: writing it again writes the same letter."""

    channel = "letter"

    def __init__(self) -> None:
        self._receipts: list[Receipt] = []

    def send(self, messages: Sequence[Outgoing]) -> list[Sent]:
        """Write the letters and add them to the day's address list."""
        compiler = typst.Compiler(_TEMPLATE)
        results = [self._write(compiler, message) for message in messages]
        self._receipts += [
            Receipt(sent.reference, "delivered", message.at) for sent, message in zip(results, messages, strict=True)
        ]
        return results

    def _write(self, compiler: typst.Compiler, message: Outgoing) -> Sent:
        folder = folder_of(f"{message.at:%Y-%m-%d}")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / file_name(message.key)
        if not path.exists():
            path.with_suffix(".part").write_bytes(_pdf(compiler, message))
            os.replace(path.with_suffix(".part"), path)
            with (folder / ADDRESSES).open("a", newline="", encoding="utf-8") as file:
                csv.writer(file).writerow([path.name, *message.address.splitlines()])
        return Sent(message.key, "accepted", message.key)

    def poll(self) -> Polled:
        """A letter counts as delivered when it is with the printing house; the law's seven days run from posting."""
        return Polled(receipts=tuple(self._receipts))

    def done(self, polled: Polled) -> None:
        """Forget the receipts."""
        self._receipts = self._receipts[len(polled.receipts) :]

    def check(self) -> list[str]:
        """Whether the folder can be written."""
        folder = Path(settings.HOME)
        return [] if os.access(folder, os.W_OK) else [f"Letters cannot be written under {folder}."]


def _pdf(compiler: typst.Compiler, message: Outgoing) -> bytes:
    inputs = {
        "letter": json.dumps({
            "language": message.language, "address": message.address, "subject": message.subject,
            "text": message.text, "day": f"{message.at:%d.%m.%Y}",
        })
    }  # fmt: skip
    moment = int(message.at.timestamp())
    pdf = compiler.compile(sys_inputs=inputs, format="pdf", pdf_standards=["ua-1"], timestamp=moment)
    assert isinstance(pdf, bytes)  # noqa: S101 - one file, as no output path is given
    return pdf
