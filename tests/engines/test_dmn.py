"""The engine as a library: a table decided in five lines, and one of its rows in words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pytest

from toimiva.engines import dmn

MODEL = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="library card" namespace="card">
  <inputData id="b" name="born"><variable name="born" typeRef="date"/></inputData>
  <inputData id="f" name="fees"><variable name="fees" typeRef="number"/></inputData>
  <decision id="a" name="Age"><variable name="Age"/><informationRequirement><requiredInput href="#b"/></informationRequirement>
    <literalExpression><text>years and months duration(born, date("2027-01-01")).years</text></literalExpression></decision>
  <decision id="s" name="Share"><variable name="Share"/><informationRequirement><requiredInput href="#f"/></informationRequirement>
    <literalExpression><text>fees / 3</text></literalExpression></decision>
  <decision id="c" name="Card"><variable name="Card"/><informationRequirement><requiredDecision href="#a"/></informationRequirement>
    <informationRequirement><requiredInput href="#f"/></informationRequirement>
    <decisionTable hitPolicy="UNIQUE"><input><inputExpression><text>Age</text></inputExpression></input>
      <input><inputExpression><text>fees</text></inputExpression></input><output/><annotation name="law"/>
      <rule><inputEntry><text>&lt; 15</text></inputEntry><inputEntry><text>-</text></inputEntry><outputEntry><text>"child"</text></outputEntry><annotationEntry><text>Library Act, section 12</text></annotationEntry></rule>
      <rule><inputEntry><text>&gt;= 15</text></inputEntry><inputEntry><text>0</text></inputEntry><outputEntry><text>"adult"</text></outputEntry></rule>
    </decisionTable></decision>
</definitions>"""
PEOPLE = pl.DataFrame(
    {
        "name": ["Elsa", "Aino", "Eino"],
        "born": [dt.date(2015, 5, 1), dt.date(1990, 1, 1), dt.date(1990, 1, 2)],
        "fees": [0, 0, 10],
    }
)


def test_a_polars_table_comes_back_with_a_column_for_each_decision():
    decided = dmn.decide(dmn.read(MODEL), PEOPLE)

    assert decided["name"].to_list() == ["Elsa", "Aino", "Eino"]
    assert decided["Age"].to_list() == [11, 37, 36]
    assert decided["Card"].to_list() == ["child", "adult", None]
    assert [round(share, 4) for share in decided["Share"]] == [
        0,
        0,
        Decimal("3.3333"),
    ]  # by the interpreter: / has no SQL


def test_an_arrow_table_stays_an_arrow_table_and_a_missing_column_is_null():
    decided = dmn.decide(dmn.read(MODEL), pa.table({"born": [dt.date(2020, 1, 1)]}), wanted=["Card"])

    assert decided.column_names == ["born", "Card"]
    assert decided.column("Card").to_pylist() == ["child"]


def test_a_column_of_the_wrong_type_is_told():
    with pytest.raises(ValueError, match="not what the model says"):
        dmn.decide(dmn.read(MODEL), pl.DataFrame({"born": ["yesterday"], "fees": [1]}))


@pytest.mark.parametrize(
    "language, lines",
    [
        ("en", ["Card: child", "Rule 1 holds; law: Library Act, section 12.", "Rule 2 does not hold: Age is 11"]),
        ("fi", ["Card: child", "Sääntö 1 pätee; law: Library Act, section 12.", "Sääntö 2 ei päde: Age on 11"]),
        ("sv", ["Card: child", "Regel 1 gäller; law: Library Act, section 12.", "Regel 2 gäller inte: Age är 11"]),
    ],
)
def test_a_row_is_explained_in_words(language, lines):
    model = dmn.read(MODEL)

    text = dmn.explain(model, dmn.row(model, PEOPLE, 0), language)

    assert all(line in text for line in lines), text


def test_a_null_is_explained_by_its_reason():
    model = dmn.read(MODEL)

    assert "No rule hit" in dmn.explain(model, dmn.row(model, PEOPLE, 2))
