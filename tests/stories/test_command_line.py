"""The command line as scripts rely on it: exit codes, one JSON document on stdout, errors that say how to mend."""

from __future__ import annotations

import json
import shutil
from importlib.metadata import version
from pathlib import Path

import pytest
from django.core.management import get_commands

from toimiva.capabilities.decisions.models import Decision
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.ledger.models import Entry
from toimiva.project import cli
from toimiva.project.weaknesses import weaknesses

CITIES = Path(__file__).parent.parent.parent / "cities"


@pytest.fixture
def toimiva(capsys, monkeypatch):
    """Run a command; (exit code, stdout, stderr)."""
    monkeypatch.setattr(cli, "_prepare_database", lambda: None)

    def run(*arguments: str):
        code = cli.main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_a_round_is_one_json_document_and_the_proofs_exit_as_promised(town, toimiva):
    code, out, _ = toimiva("round", "run", "preschool", "--city", "mallila", "--simulate-replies", "--json")
    summary = json.loads(out)

    assert code == 0
    wanted = (
        "city service round snapshot residents cohort to_staff offered messages replied accepted declined no_reply decisions "
        "second_wave seconds reply_to_confirmation_s travel_m justified_envy optimality_gap fairness ledger simulated"
    )
    assert set(wanted.split()) <= summary.keys()
    shown = toimiva("round", "show", summary["round"])[1]
    assert f"accepted                 {summary['accepted']}" in shown
    assert "fairness.language" in shown
    assert "{" not in shown, "for people it is no JSON"
    assert toimiva("decision", "replay", "--round", summary["round"])[0] == 0
    number = Decision.objects.order_by("number").first().number
    for language in ("fi", "sv", "en"):
        assert number in toimiva("decision", "explain", number, "--lang", language)[1]
    assert toimiva("ledger", "verify")[0] == 0

    Entry.objects.filter(seq=9).update(kind="x")
    code, _, err = toimiva("ledger", "verify")
    assert (code, err.startswith("Entry 9 does not hold")) == (1, True)
    Decision.objects.filter(number=number).update(record="{}")
    assert toimiva("decision", "replay", "--round", summary["round"])[0] == 1


def test_a_model_is_written_for_spark_with_the_settings_it_needs(toimiva, tmp_path):
    parameters = tmp_path / "parameters.json"
    parameters.write_text('{"today": "2027-02-01", "offered_within": "P56D"}')
    model = CITIES / "helsinki" / "services" / "newborn" / "decision.dmn"

    code, out, err = toimiva("dmn", "compile", str(model), "--dialect", "spark", "--parameters", str(parameters))

    assert (code, err) == (0, "")
    assert "SET spark.sql.decimalOperations.allowPrecisionLoss = false;" in out
    assert "datediff(CAST(:today AS DATE), `child`.`born`)" in out


@pytest.mark.parametrize(
    "arguments, code, says",
    [
        (["round", "run", "skiing", "--city", "mallila"], 2, "Use one of: heat, newborn, preschool"),
        (["round", "run", "preschool", "--city", "atlantis"], 2, "There is no city 'atlantis'"),
        (["round", "show", "none"], 2, "There is no round"),
        (["round", "run"], 2, "required"),
        (["decision", "replay"], 2, "--round"),
        (["decision", "explain", "HEL 1"], 2, "There is no decision"),
        (["city", "create", "mallila"], 3, "has a city mallila already"),
        (["dmn", "check", "nowhere.dmn"], 2, "is not a file"),
        (["nonsense"], 2, "Unknown command"),
    ],
)
def test_wrong_use_is_told_with_the_remedy(town, toimiva, arguments, code, says):
    found, out, err = toimiva(*arguments)

    assert (found, out) == (code, "")
    assert says in err


def test_help_is_there_for_every_command(toimiva):
    ours = {name for name, app in get_commands().items() if str(app).startswith("toimiva.")}
    assert {*cli.COMMANDS} == ours
    assert all(name in toimiva()[1] for name in ours)
    assert toimiva("--version")[1].split() == ["toimiva", version("toimiva")]
    for name in cli.COMMANDS:
        code, out, _ = toimiva(name, "--help")
        assert (code, "usage" in out) == (0, True)


def test_the_check_names_each_weakness(db, toimiva):
    code, _, err = toimiva("check")
    assert code == 1
    assert "TOIMIVA_PRODUCTION is not 1" in err


@pytest.mark.parametrize(
    "setting, value, told",
    [
        ("SITE_URL", "http://city.example", "TOIMIVA_SITE_URL"), ("ALLOWED_HOSTS", ["*"], "TOIMIVA_HOSTS"),
        ("PROXIES", 0, "TOIMIVA_PROXIES"), ("OPEN_STAFF_PAGES", True, "TOIMIVA_OPEN_STAFF_PAGES"),
        ("SECRET_KEY", "short", "TOIMIVA_SECRET_KEY is missing"), ("LINK_KEY", "s" * 50, "TOIMIVA_LINK_KEY"),
        ("REGISTER_TOKEN", "guess", "TOIMIVA_REGISTER_TOKEN"), ("LEDGER_KEYS", [""], "roots are not signed"),
        ("LEDGER_WITNESSES", [""], "Nobody but the city"), ("BACKUP_RECIPIENT", "", "TOIMIVA_BACKUP_RECIPIENT"),
        ("STAFF_GROUPS", {}, "TOIMIVA_STAFF_GROUPS"), ("PRODUCTION", False, "TOIMIVA_PRODUCTION"),
    ],
)  # fmt: skip
def test_the_check_names_a_weakness_only_where_it_is(db, home, settings, setting, value, told):
    issuer = {"issuer": "https://issuer.example", "claim": "hetu"}
    sound = {
        "SITE_URL": "https://city.example", "ALLOWED_HOSTS": ["city.example"], "PROXIES": 1, "OPEN_STAFF_PAGES": False,
        "SECRET_KEY": "s" * 50, "LINK_KEY": "l" * 50, "REGISTER_TOKEN": "r" * 40, "LEDGER_KEYS": ["k"],
        "LEDGER_WITNESSES": ["w"], "BACKUP_RECIPIENT": "age1", "STAFF_GROUPS": {"a": ("desk",)}, "PRODUCTION": True,
        "ISSUERS": {"resident": issuer, "official": issuer},
    }  # fmt: skip
    home.chmod(0o700)
    for name, fits in sound.items():
        setattr(settings, name, fits)
    before = list(weaknesses())
    assert not [line for line in before if told in line]

    setattr(settings, setting, value)
    assert [line for line in weaknesses() if line not in before and told in line]


# --- service folders


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(CITIES / "helsinki" / "services" / "preschool", tmp_path / "club"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    "file, old, new, says",
    [
        ("service.toml", 'gives = "offer"', 'gives = "sell"', "service.toml:7: gives"),
        ("service.toml", "window_days = 14", "window_days = 0", "window_days"),
        ("service.toml", 'outcome = "Outcome"', 'outcome = "Outcomes"', "The model has no decision 'Outcomes'"),
        ("service.toml", 'purpose = "preschool-placement"', 'purpose = "curiosity"', "no purpose 'curiosity'"),
        ("service.toml", "child.died = null", "child.shoe_size = 3", "no 'child'"),
        ("decision.dmn", "child.died != null", "child.died != ", "decision.dmn:"),
        ("decision.dmn", '<itemComponent name="born">', '<itemComponent name="birthday">', "birthday"),
        ("decision.dmn", '"no_guardian"', '"nobody"', "'nobody' has no text under because"),
        ("parameters.yaml", "2015-08-01: {value: 6", "2099-08-01: {value: 6", "No value is in force"),
        ("texts/sv.yaml", "{closes}", "{when}", "has no value for {when}"),
        ("texts/en.yaml", "offer_sms", "offer_message", "'offer_sms' is missing"),
        (
            "parameters.yaml",
            "value: 6, source",
            "valeu: 6, source",
            "parameters.yaml:12: preschool_age.values.2015-08-01.valeu: Extra",
        ),
        ("parameters.yaml", "round_opens:", "- round_opens:", "parameters.yaml:20: Not YAML"),
        ("texts/fi.yaml", "because:", "because: nothing\nwhy:", "has no text under because"),
        ("examples.yaml", "because: too_young", "because: too_old", 'examples.yaml:6: "Of children'),
        (
            "examples.yaml",
            "because: too_young",
            "because: too_old",
            "it gives outcome 'not_eligible', because 'too_young'",
        ),
        (
            "examples.yaml",
            "present_unit: null",
            "present_unit: nowhere",
            "present_unit 'nowhere'; it gives outcome 'offer', because 'turns_six_this_year', group 'fi', present_unit None",
        ),
        ("examples.yaml", "born: 2021-12-31", "birth: 2021-12-31", "does not know"),
    ],
)
def test_a_fault_in_a_service_folder_is_told_with_its_file_and_remedy(folder, toimiva, db, file, old, new, says):
    edit(folder / file, old, new)

    code, _, err = toimiva("service", "check", str(folder), "--city", "mallila")

    assert code == 1
    assert says in err


def test_all_faults_are_told_at_once(folder, toimiva, db):
    edit(folder / "service.toml", 'gives = "offer"', 'gives = "sell"')
    edit(folder / "texts" / "fi.yaml", "{child}", "{kid}")
    (folder / "examples.yaml").unlink()

    _, _, err = toimiva("service", "check", str(folder), "--city", "mallila")

    assert all(part in err for part in ("gives", "{kid}", "examples.yaml:1: The file is missing"))


@pytest.mark.parametrize("city", ["helsinki", "mallila"])
def test_every_service_of_a_city_is_right_and_its_examples_hold_both_ways(city):
    found = cities.load(city)
    for name in services.names_of(found):
        for result in services.run_examples(services.get_service(found, name)):
            assert result.compiled is not None, result.name
            assert result.holds, result


def test_a_new_service_for_another_age_group_by_the_tutorial(town, toimiva, settings, tmp_path):
    copied = tmp_path / "cities" / "mallila"
    shutil.copytree(CITIES / "mallila", copied)
    settings.CITY_FOLDERS = [tmp_path / "cities", CITIES]
    cities.load.cache_clear()
    try:
        assert toimiva("service", "new", "club", "--city", "mallila")[0] == 0
        club = copied / "services" / "club"
        edit(club / "parameters.yaml", "value: 6,", "value: 7,")
        edit(club / "parameters.yaml", "value: 5,", "value: 6,")
        (club / "examples.yaml").write_text(
            "- name: A child who turns seven next year\n  date: 2027-01-11\n"
            '  given: {child: {born: 2020-05-02, municipality: "999"}, guardians: [{guardian: A}]}\n'
            "  expect: {outcome: offer}\n"
        )
        assert toimiva("service", "check", str(club), "--city", "mallila")[0] == 0
        assert toimiva("service", "sign", "club", "--city", "mallila", "--official", "A", "--role", "B")[0] == 0
        code, out, _ = toimiva("round", "run", "club", "--city", "mallila", "--simulate-replies", "--json")
        assert (code, json.loads(out)["offered"] > 10) == (0, True)
    finally:
        cities.load.cache_clear()
