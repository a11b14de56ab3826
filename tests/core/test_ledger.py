"""The ledger: it holds, any changed byte is found and named, and receipts prove their entry to anyone."""

from __future__ import annotations

import json
import runpy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from toimiva.core.errors import NotFound
from toimiva.core.ledger import api as ledger
from toimiva.core.ledger.models import DailyRoot, Entry, Head

pytestmark = pytest.mark.django_db
START = datetime(2027, 1, 11, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def entries():
    ledger.append_many([
        ledger.NewEntry("mallila", "offer.made", "rule", START + timedelta(hours=9 * n), f"p{n}", body={"n": n, "ä": "é"})
        for n in range(10)
    ])  # fmt: skip


def test_it_holds_and_says_how_much():
    verdict = ledger.verify_all()
    assert (verdict.entries, verdict.fault) == (10, None)
    assert verdict.root == ledger.current_root()


@pytest.mark.parametrize("column", ["line", "hash", "city", "kind", "subject", "day", "seq"])
def test_a_changed_byte_in_any_column_is_found_and_named(column):
    if column == "seq":
        Entry.objects.filter(seq=6).update(seq=60)
    elif column == "day":
        Entry.objects.filter(seq=6).update(day=date(2027, 1, 30))
    else:
        value = getattr(Entry.objects.get(seq=6), column)
        changed = value[:-2] + ("x" if value[-2] != "x" else "y") + value[-1:] if len(value) > 1 else "x"
        Entry.objects.filter(seq=6).update(**{column: changed})

    assert ledger.verify_all().fault[0] == 6


def test_every_single_byte_of_a_line_matters():
    line = Entry.objects.get(seq=3).line
    for position in range(0, len(line), 7):
        flipped = line[:position] + chr(ord(line[position]) ^ 1) + line[position + 1 :]
        Entry.objects.filter(seq=3).update(line=flipped)
        assert ledger.verify_all().fault[0] == 3
    Entry.objects.filter(seq=3).update(line=line)
    assert ledger.verify_all().fault is None


def test_entries_cut_off_at_the_end_or_in_the_middle_are_missed():
    Entry.objects.filter(seq=10).delete()
    assert ledger.verify_all().fault[0] == 9
    Entry.objects.filter(seq=4).delete()
    assert ledger.verify_all().fault == (4, "entry 4 is missing")


def test_a_rewritten_tail_does_not_match_the_published_root():
    ledger.close_days(date(2027, 2, 1))
    with connection.cursor() as cursor:  # someone with the keys to the database writes history anew
        cursor.execute("DELETE FROM ledger_entry WHERE seq > 5")
    last = Entry.objects.get(seq=5)
    Head.objects.update(seq=5, hash=last.hash, day=last.day)
    ledger.append(ledger.NewEntry("mallila", "offer.made", "rule", START + timedelta(days=2), "forged"))

    assert ledger.verify_all().fault is not None


def test_a_clock_that_goes_back_does_not_break_the_days():
    ledger.append(ledger.NewEntry("mallila", "x", "rule", START - timedelta(days=3)))
    assert ledger.verify_all().fault is None
    assert Entry.objects.order_by("-seq").first().day == Entry.objects.get(seq=10).day


def test_a_receipt_proves_its_entry_and_a_forged_one_does_not():
    ledger.close_days(date(2027, 2, 1))
    receipt = json.loads(json.dumps(ledger.receipt(4)))

    assert ledger.check_receipt(receipt)
    assert json.loads(receipt["entry"])["subject"] == "p3"
    assert not ledger.check_receipt(receipt | {"entry": receipt["entry"].replace("p3", "p4")})
    assert not ledger.check_receipt(receipt | {"root": "00" * 32})


def test_the_independent_script_agrees_with_the_ledger(tmp_path):
    """Every entry of days of many sizes: both say yes; a changed line, place or root: both say no."""
    script = runpy.run_path(str(Path(__file__).parent.parent.parent / "scripts" / "check_receipt.py"))["main"]
    later = START + timedelta(days=30)
    ledger.append_many([ledger.NewEntry("mallila", "x", "rule", later, f"q{n}") for n in range(27)])
    ledger.close_days(date(2027, 4, 1))
    roots = tmp_path / "roots.json"
    roots.write_text(json.dumps(Client().get("/api/v1/ledger/roots").json()))
    for seq in range(1, 38):
        receipt = ledger.receipt(seq)
        forged = [
            receipt | {"entry": receipt["entry"] + " "}, receipt | {"index": receipt["index"] + 1},
            receipt | {"size": receipt["size"] + 1}, receipt | {"day": "2020-01-01"}, receipt | {"index": -1},
        ]  # fmt: skip
        for document, holds in [(receipt, True), *((one, False) for one in forged)]:
            file = tmp_path / "receipt.json"
            file.write_text(json.dumps(document))
            assert (script(str(file), str(roots)) == 0) is holds
            assert ledger.check_receipt(document) is holds


def test_there_is_no_receipt_before_the_day_is_over():
    with pytest.raises(NotFound, match="tomorrow"):
        ledger.receipt(4)
    assert DailyRoot.objects.count() == 0
