"""The ledger's roots are signed by the city and by a witness who trusts it in nothing; keys are changed."""

from __future__ import annotations

import base64
import json
import runpy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from toimiva.core.errors import Conflict, Invalid
from toimiva.core.ledger import api as ledger
from toimiva.core.ledger.models import DailyRoot, RootSignature
from toimiva.project import cli

START = datetime(2027, 1, 11, 8, tzinfo=UTC)
SCRIPT = Path(__file__).parent.parent.parent / "scripts" / "check_receipt.py"


def days_pass(first: int, last: int) -> None:
    """Entries on some days after the start, and their roots."""
    entries = [ledger.NewEntry("mallila", "x", "rule", START + timedelta(days=n), f"p{n}") for n in range(first, last)]
    ledger.append_many(entries)
    ledger.close_days(date(2027, 1, 11) + timedelta(days=last))


@pytest.fixture
def city(live_server, settings, tmp_path, capsys):
    """A served city with a key, and the files of a witness whom it has agreed on."""
    settings.SITE_URL = live_server.url
    assert cli.main(["ledger", "key", "city.example/2027", str(tmp_path / "city")]) == 0
    settings.LEDGER_KEYS = [(tmp_path / "city").read_text().strip()]
    assert cli.main(["ledger", "key", "witness.example/1", str(tmp_path / "witness")]) == 0
    settings.LEDGER_WITNESSES = [capsys.readouterr().out.split()[-1]]
    return live_server.url


def witness(city: str, folder) -> list[str]:
    signer = ledger.Signer.parse((folder / "witness").read_text())
    own = next(key["key"] for key in ledger.published_keys() if key["by_city"])
    return ledger.witness(city, signer, folder / "memory.json", city_keys=[own])


@pytest.mark.django_db(transaction=True)
def test_a_witness_signs_what_grows_and_a_receipt_bears_both_signatures(city, tmp_path, settings):
    days_pass(0, 3)
    assert len(witness(city, tmp_path)) == 3
    days_pass(3, 5)
    assert len(witness(city, tmp_path)) == 2
    assert witness(city, tmp_path) == []
    assert ledger.verify_all().fault is None

    receipt, roots = tmp_path / "receipt.json", tmp_path / "roots.json"
    receipt.write_text(json.dumps(ledger.receipt(4)))
    roots.write_text(json.dumps(ledger.published_roots()))
    check = runpy.run_path(str(SCRIPT))["main"]
    keys = [key["key"] for key in ledger.published_keys()]
    assert check(str(receipt), str(roots), *keys) == 0
    stranger = ledger.Signer("city.example/2027", b"x" * 32).verifier.text
    assert check(str(receipt), str(roots), stranger) == 1
    forged = json.loads(roots.read_text())
    forged[3]["note"] = forged[3]["note"].replace("2027-01-14", "2027-01-15")
    roots.write_text(json.dumps(forged))
    assert check(str(receipt), str(roots), keys[0]) == 1


@pytest.mark.django_db(transaction=True)
def test_a_witness_refuses_a_root_that_was_rewritten_and_one_that_is_gone(city, tmp_path):
    days_pass(0, 3)
    witness(city, tmp_path)
    row = DailyRoot.objects.get(day="2027-01-12")

    DailyRoot.objects.filter(day=row.day).update(root="00" * 32)
    with pytest.raises(Conflict, match="2027-01-12 is not the one that was published"):
        witness(city, tmp_path)
    assert (
        "signed another root of 2027-01-12" in ledger.verify_all().fault[1]
        or "is not that of" in ledger.verify_all().fault[1]
    )

    RootSignature.objects.filter(day=row).delete()
    DailyRoot.objects.filter(day=row.day).delete()
    with pytest.raises(Conflict, match="was published and is gone"):
        witness(city, tmp_path)


@pytest.mark.django_db(transaction=True)
def test_what_the_city_has_not_signed_is_not_co_signed(city, tmp_path, settings):
    settings.LEDGER_KEYS = [""]
    days_pass(0, 1)
    signer = ledger.Signer.parse((tmp_path / "witness").read_text())
    stranger = ledger.Signer("city.example/2027", b"x" * 32).verifier.text
    with pytest.raises(Conflict, match="does not bear the city's signature"):
        ledger.witness(city, signer, tmp_path / "memory.json", city_keys=[stranger])
    assert not (tmp_path / "memory.json").exists()


@pytest.mark.django_db(transaction=True)
def test_a_city_that_refuses_signatures_cannot_make_its_witness_forget(city, tmp_path, settings):
    agreed, settings.LEDGER_WITNESSES = settings.LEDGER_WITNESSES, []
    days_pass(0, 2)
    with pytest.raises(Conflict, match="did not take the signature of 2027-01-11"):
        witness(city, tmp_path)
    DailyRoot.objects.filter(day="2027-01-12").update(root="00" * 32)
    with pytest.raises(Conflict, match="2027-01-12 is not the one that was published"):
        witness(city, tmp_path)

    DailyRoot.objects.filter(day="2027-01-12").update(
        root=json.loads((tmp_path / "memory.json").read_text())["2027-01-12"]["root"]
    )
    settings.LEDGER_WITNESSES = agreed
    assert witness(city, tmp_path) == ["2027-01-11", "2027-01-12"]
    assert witness(city, tmp_path) == []


@pytest.mark.django_db(transaction=True)
def test_a_witness_who_comes_late_takes_the_citys_earlier_keys_too(city, tmp_path, settings):
    days_pass(0, 1)
    newer = ledger.Signer("city.example/2028", b"z" * 32)
    settings.LEDGER_KEYS = [f"{newer.name}:{base64.b64encode(newer.secret).decode()}"]
    days_pass(1, 2)
    signer = ledger.Signer.parse((tmp_path / "witness").read_text())
    with pytest.raises(Conflict, match="2027-01-11 does not bear the city's signature"):
        ledger.witness(city, signer, tmp_path / "memory.json", city_keys=[newer.verifier.text])
    both = [key["key"] for key in ledger.published_keys() if key["by_city"]]
    assert len(ledger.witness(city, signer, tmp_path / "memory.json", city_keys=both)) == 2


@pytest.mark.django_db(transaction=True)
def test_only_an_agreed_witness_signs_and_only_what_is_published(city, tmp_path, client):
    days_pass(0, 1)
    good = ledger.Signer.parse((tmp_path / "witness").read_text())
    text = next(iter(ledger.published_roots()))["note"].split("\n\n")[0] + "\n"
    other = ledger.Signer("witness.example/1", b"y" * 32)

    def gives(signer: ledger.Signer, said: str, **changed) -> int:
        body = {"day": "2027-01-11", "key": signer.verifier.text, "signature": signer.sign(said)} | changed
        return client.post("/api/v1/ledger/cosignatures", body, content_type="application/json").status_code

    assert gives(other, text) == 403
    assert gives(good, text.replace("1 1", "1 2")) == 409
    assert gives(good, text, signature="!") == 409
    assert gives(good, text, day="2027-01-12") == 404
    assert gives(good, text) == 204
    assert gives(good, text) == 204
    assert RootSignature.objects.filter(by_city=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_newer_key_signs_and_the_older_is_still_proven(city, settings):
    days_pass(0, 2)
    newer = ledger.Signer("city.example/2028", b"z" * 32)
    settings.LEDGER_KEYS = [f"{newer.name}:{base64.b64encode(newer.secret).decode()}"]
    days_pass(2, 3)

    assert ledger.verify_all().fault is None
    assert [key["key"].split("+")[0] for key in ledger.published_keys() if key["by_city"]] == [
        "city.example/2028", "city.example/2027",
    ]  # fmt: skip
    RootSignature.objects.filter(day__day="2027-01-12").update(signature=newer.sign("something else"))
    assert "signature of city.example/2027 under the root of 2027-01-12" in ledger.verify_all().fault[1]


@pytest.mark.parametrize("text", ["", "name", "name+00000000+AA==", "name+xx+!!"])
def test_what_is_no_key_is_told(text):
    with pytest.raises(Invalid, match="not a key"):
        ledger.Verifier.parse(text)
