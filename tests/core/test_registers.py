"""Deliveries: good ones land, bad rows are set aside, broken files are refused whole, and nothing is lost."""

from __future__ import annotations

import io
import json
from contextlib import suppress

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, Invalid, NotAllowed, NotFound
from toimiva.core.lake import api as lake
from toimiva.core.registers import api as registers
from toimiva.core.registers.reading import read_rows

pytestmark = pytest.mark.django_db
HEAD = "unit,group,capacity\n"


@pytest.fixture
def city(home):
    return cities.load("mallila")


def deliver(city, text, at, name="units.groups.csv", **kwargs):
    content = text if isinstance(text, bytes) else text.encode()
    return registers.receive(city, "units.groups", name, content, at=at("2027-01-04 08:00"), **kwargs)


def test_a_good_delivery_lands(city, at):
    outcome = deliver(city, HEAD + "pk-1,fi,21\npk-1,sv,7\n", at)

    assert (outcome.state, outcome.rows, outcome.version) == ("landed", 2, 0)
    assert lake.read("mallila", "units.groups")["capacity"].to_list() == [21, 7]


def test_the_same_bytes_again_land_once(city, at):
    deliver(city, HEAD + "pk-1,fi,21\n", at)

    assert deliver(city, HEAD + "pk-1,fi,21\n", at).state == "already landed"
    assert lake.version("mallila", "units.groups") == 0


def test_a_register_may_come_back_to_what_it_was(city, at):
    for capacity in (21, 7, 21):
        assert deliver(city, HEAD + f"pk-1,fi,{capacity}\n", at).state == "landed"
    assert lake.read("mallila", "units.groups")["capacity"].to_list() == [21]


def test_changes_that_come_again_later_are_taken_once(city, at):
    deliver(city, HEAD + "pk-1,fi,21\n", at)
    for capacity, state in ((7, "landed"), (8, "landed"), (7, "already landed")):
        name = "units.groups.changes.csv"
        assert deliver(city, HEAD + f"pk-1,fi,{capacity}\n", at, name=name, changes=True).state == state
    assert lake.read("mallila", "units.groups")["capacity"].to_list() == [8]


def test_a_register_with_no_rows_is_empty_and_may_fill(city, at):
    deliver(city, HEAD, at)
    rows = lake.read("mallila", "units.groups")
    assert (rows.height, rows.columns) == (0, ["unit", "group", "capacity"])
    deliver(city, HEAD + "pk-1,fi,21\n", at)
    columns, key = ["unit", "group", "capacity"], ["unit", "group"]
    assert lake.differences("mallila", "units.groups", columns, key, 0, 1)["change"].to_list() == ["new"]
    assert lake.differences("mallila", "units.groups", columns, key, 1, 0)["change"].to_list() == ["gone"]


@pytest.mark.parametrize(
    "content, says",
    [
        (HEAD + "pk-1,fi,many\n", "must be a integer"),
        (HEAD + "pk-1,fi,-3\n", "at least 0"),
        (HEAD + ",fi,3\n", "must not be empty"),
        (HEAD + "pk-1,fi,3\npk-1,fi,4\n", "one of a kind"),
        ("unit,group\npk-1,fi\n", "column 'capacity' is missing"),
        (HEAD + "pk-1,fi,21", "half a file"),
        ((HEAD + "Päiväkoti,fi,2\n").encode("latin-1"), "wrong encoding"),
        (HEAD + 'pk-1,"fi,21\n', "not whole CSV"),
    ],
)
def test_a_delivery_that_breaks_its_contract_is_refused_and_the_last_good_one_stays(city, at, content, says):
    deliver(city, HEAD + "pk-9,fi,9\n", at)

    with pytest.raises(Invalid) as refusal:
        deliver(city, content, at)

    assert says in str(refusal.value)
    assert lake.read("mallila", "units.groups")["unit"].to_list() == ["pk-9"]


@pytest.mark.parametrize("value", [[1, 2], {"a": 1.5}, b"bytes"], ids=["list", "structure", "bytes"])
@pytest.mark.parametrize("column", ["group", "capacity"])
def test_columns_of_parquet_that_are_no_values_are_refused_by_name(city, at, column, value):
    rows = {"unit": ["pk-1"], "group": ["fi"], "capacity": [21]} | {column: [value]}
    content = io.BytesIO()
    pl.DataFrame(rows).write_parquet(content)
    with pytest.raises(Invalid, match=f"no values. {column}"):
        deliver(city, content.getvalue(), at, name="a.parquet")
    assert "units.groups" not in lake.tables("mallila")


def _parquet() -> bytes:
    content = io.BytesIO()
    units = pl.Series("unit", [f"pk-{number}" for number in range(300)])
    pl.DataFrame([units, units.alias("group"), pl.Series("capacity", range(300))]).write_parquet(content)
    return content.getvalue()


@given(
    st.lists(st.tuples(st.integers(4, len(_parquet()) - 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=8)
)
def test_damaged_parquet_is_read_or_refused(patches):
    content = bytearray(_parquet())
    for at, put in patches:
        content[at : at + len(put)] = put
    with suppress(Invalid):
        read_rows("a.parquet", bytes(content))


def test_parquet_whose_names_are_damaged_is_refused(city, at):
    content = io.BytesIO()
    pl.DataFrame({"unit": ["pk-1"], "group": ["fi"], "capacity": [21]}).write_parquet(content)
    with pytest.raises(Invalid, match="not a whole Parquet file"):
        deliver(city, content.getvalue().replace(b"capacity", b"capac\x86ty"), at, name="a.parquet")


@pytest.mark.parametrize(
    "name, content",
    [
        ("a.jsonl", b'{"unit": "pk-1", "group"\n'),
        ("b.jsonl", b'{"a":' * 100_000 + b"\n"),
        ("a.parquet", b"PAR1 not"),
        ("a.xlsx", b""),
    ],
)
def test_other_broken_files_are_refused_with_a_remedy(city, at, name, content):
    with pytest.raises(Invalid):
        deliver(city, content, at, name=name)


def resident(number: int, **changes) -> dict:
    code = registers_code(number)
    return {
        "identity_code": code, "given_name": "Elsa", "surname": "Malli", "born": "2021-06-05", "died": "", "sex": "F",
        "municipality": "999", "mother_tongue": "fi", "language": "fi", "household": "h1", "postal_code": "99100",
        "sub_area": "100", "x": "25500000", "y": "6680000", "lon": "25.0", "lat": "60.2", "street_address": "Mallikatu 1",
        "phone": "", "email": "", "non_disclosure": "false", "foster_care": "false",
    } | changes  # fmt: skip


def registers_code(number: int) -> str:
    digits = f"050621{900 + number % 100}"
    return f"050621A{900 + number % 100}{'0123456789ABCDEFHJKLMNPRSTUVWXY'[int(digits) % 31]}"


def test_a_few_bad_rows_are_set_aside_with_line_field_value_and_rule(city, at, monkeypatch):
    lenient = registers.table(city, "population.residents").model_copy(update={"max_bad_share": 0.05})
    monkeypatch.setattr("toimiva.core.registers.contracts.table", lambda *_: lenient)
    rows = [resident(number) for number in range(100)]
    rows[40]["identity_code"], rows[41]["born"] = "050621A9400", "5.6.2021"

    content = pl.DataFrame(rows).write_csv().encode()
    outcome = registers.receive(city, "population.residents", "r.csv", content, at=at("2027-01-04 08:00"))

    assert (outcome.rows, outcome.bad_rows) == (98, 2)
    kept = [json.loads(line) for line in outcome.quarantine.read_text().splitlines()]
    found = [(cell["line"], cell["field"], cell["value"]) for cell in kept]
    assert found == [(42, "identity_code", "050621A9400"), (43, "born", "5.6.2021")]
    assert kept[1]["row"]["given_name"] == "Elsa"


def test_names_and_codes_land_apart_from_everything_else(town):
    residents = lake.read("mallila", "population.residents")
    identities = lake.read("mallila", "population.residents.identities")

    assert not {"given_name", "surname", "phone", "identity_code", "street_address"} & set(residents.columns)
    assert {"given_name", "phone", "identity_code"} <= set(identities.columns)
    assert residents["person"].str.len_chars().unique().to_list() == [16]


def test_real_registers_do_not_land_without_a_pseudonym_key(city, settings):
    settings.PSEUDONYM_KEY = ""
    real = city.model_copy(update={"synthetic": False})

    with pytest.raises(NotAllowed, match="TOIMIVA_PSEUDONYM_KEY"):
        registers.pseudonym(real, "050621A900X")


def test_identity_codes_lie_encrypted_and_are_read_by_the_key_that_sealed_them(town, settings, home):
    stored = lake.read("mallila", "population.residents.identities").row(0, named=True)
    code = registers.unseal(town.city, stored["identity_code"])
    assert registers.is_identity_code(code)
    assert registers.pseudonym(town.city, code) == stored["person"]
    assert not any(code.encode() in path.read_bytes() for path in (home / "lake").rglob("*.parquet"))

    settings.IDENTITY_KEYS = ["newer"]
    with pytest.raises(NotAllowed, match="Add the older key"):
        registers.unseal(town.city, stored["identity_code"])
    settings.IDENTITY_KEYS = [""]
    with pytest.raises(NotAllowed, match="TOIMIVA_IDENTITY_KEYS"):
        registers.unseal(town.city.model_copy(update={"synthetic": False}), stored["identity_code"])


def test_a_newer_key_seals_the_next_delivery_and_the_older_still_reads(city, settings, at):
    def sealed() -> list[str]:
        return lake.read("mallila", "population.residents.identities")["identity_code"].to_list()

    settings.IDENTITY_KEYS = ["older"]
    rows = [resident(number) for number in range(3)]
    registers.receive(
        city, "population.residents", "r.csv", pl.DataFrame(rows).write_csv().encode(), at=at("2027-01-04 10:00")
    )
    first = sealed()
    settings.IDENTITY_KEYS = ["newer", "older"]
    assert {registers.unseal(city, text) for text in first} == {row["identity_code"] for row in rows}
    rows[0]["surname"] = "Toinen"
    registers.receive(
        city, "population.residents", "r.csv", pl.DataFrame(rows).write_csv().encode(), at=at("2027-01-05 10:00")
    )
    assert not set(first) & set(sealed())
    with pytest.raises(NotAllowed, match="changed"):
        registers.unseal(city, sealed()[0][:-8] + "AAAAAAA=")


def test_changes_update_and_add_and_the_old_version_can_still_be_read(city, at):
    deliver(city, HEAD + "pk-1,fi,21\npk-2,fi,10\n", at)
    deliver(city, HEAD + "pk-2,fi,12\npk-3,sv,5\n", at, changes=True)

    assert lake.read("mallila", "units.groups").sort("unit")["capacity"].to_list() == [21, 12, 5]
    assert lake.read("mallila", "units.groups", 0)["capacity"].to_list() == [21, 10]


def test_what_differs_between_two_versions_is_told_row_by_row(city, at):
    deliver(city, HEAD + "pk-1,fi,21\npk-2,fi,10\n", at)
    deliver(city, HEAD + "pk-2,fi,12\npk-3,sv,5\n", at, changes=True)
    columns = ["unit", "group", "capacity"]

    rows = lake.differences("mallila", "units.groups", columns, ["unit", "group"], 0, 1)

    assert rows.rows() == [("pk-2", "fi", "changed", ["capacity"]), ("pk-3", "sv", "new", [])]
    assert lake.differences("mallila", "units.groups", ["unit", "group"], ["unit", "group"], 0, 1).height == 1
    assert lake.differences("mallila", "units.groups", columns, ["unit", "group"], 1, 0)["change"].to_list() == [
        "changed",
        "gone",
    ]
    assert lake.differences("mallila", "units.groups", columns, ["unit", "group"], None, 0)["change"].to_list() == [
        "new",
        "new",
    ]


def test_compaction_keeps_what_a_snapshot_needs(city, at):
    for capacity in (1, 2, 3):
        deliver(city, HEAD + f"pk-1,fi,{capacity}\n", at)

    assert lake.compact("mallila", "units.groups", keep={1}) == 1
    assert lake.read("mallila", "units.groups", 1)["capacity"].to_list() == [2]


def test_a_changed_byte_of_a_snapshot_is_found(town):
    snapshot = registers.take_snapshot(town.city, as_of=town.city.as_of, at=cities.now("mallila"))
    registers.verify_snapshot(snapshot)
    file = lake.files("mallila", "units.groups", 0)[0]
    with open(file, "r+b") as stored:
        stored.seek(40)
        byte = stored.read(1)
        stored.seek(40)
        stored.write(bytes([byte[0] ^ 1]))

    with pytest.raises(Conflict, match=r"units\.groups"):
        registers.verify_snapshot(snapshot)


def test_an_unknown_register_names_those_there_are(city, at):
    with pytest.raises(NotFound, match="population"):
        registers.receive(city, "taxes.all", "t.csv", b"", at=at("2027-01-04 08:00"))


def test_a_register_delivers_over_http(city, client, settings):
    settings.REGISTER_TOKEN = "secret"
    address = "/api/v1/registers/mallila/units.groups/groups.csv"

    refused = client.put(address, data=HEAD + "pk-1,fi,2\n", content_type="text/csv")
    landed = client.put(
        address, data=HEAD + "pk-1,fi,2\n", content_type="text/csv", headers={"authorization": "Bearer secret"}
    )
    broken = client.put(address, data="x\n1\n", content_type="text/csv", headers={"authorization": "Bearer secret"})

    assert refused.status_code == 401
    assert landed.json() == {"table": "units.groups", "state": "landed", "rows": 1, "bad_rows": 0, "version": 0}
    assert (broken.status_code, broken["content-type"]) == (422, "application/problem+json")
