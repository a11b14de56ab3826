"""The model: an age, two questions about the household, and a table of 25 rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

__all__ = ["PARAMETERS", "RULES", "model"]

DAY = dt.date(2027, 1, 1)
PARAMETERS = {"day": DAY, "child_born_after": dt.date(2009, 1, 1), "moved_before": dt.date(2026, 1, 1)}
AGES = ("< 18", "[18..25)", "[25..40)", "[40..65)", ">= 65")
SITUATIONS = (("0", "< 1000"), ("0", "[1000..2000)"), ("0", ">= 2000"), ("[1..2]", "-"), (">= 3", "-"))
# Age band, children, income, amount: 25 rules that exclude each other and leave no gap.
RULES = [
    (age, children, income, 100 * (a + 1) + 10 * s)
    for a, age in enumerate(AGES)
    for s, (children, income) in enumerate(SITUATIONS)
]

_HEAD = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="eligibility" namespace="eligibility">
  <itemDefinition name="Resident">
    <itemComponent name="born"><typeRef>date</typeRef></itemComponent>
    <itemComponent name="moved"><typeRef>date</typeRef></itemComponent>
    <itemComponent name="income"><typeRef>number</typeRef></itemComponent>
  </itemDefinition>
  <itemDefinition name="Member">
    <itemComponent name="born"><typeRef>date</typeRef></itemComponent>
    <itemComponent name="income"><typeRef>number</typeRef></itemComponent>
  </itemDefinition>
  <itemDefinition name="Household" isCollection="true"><typeRef>Member</typeRef></itemDefinition>
  <inputData id="r" name="resident"><variable name="resident" typeRef="Resident"/></inputData>
  <inputData id="h" name="household"><variable name="household" typeRef="Household"/></inputData>
  <inputData id="p" name="parameters"><variable name="parameters" typeRef="Any"/></inputData>"""


def _decision(name: str, requires: str, text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"""
  <decision id="{name}" name="{name}"><variable name="{name}"/>{_arrows(requires)}
    <literalExpression><text>{escaped}</text></literalExpression></decision>"""


def _arrows(requires: str) -> str:
    kinds = {True: "requiredInput", False: "requiredDecision"}
    return "".join(
        f'<informationRequirement><{kinds[len(r) == 1]} href="#{r}"/></informationRequirement>'
        for r in requires.split()
    )


def _cell(text: str) -> str:
    return f"<inputEntry><text>{text.replace('<', '&lt;').replace('>', '&gt;')}</text></inputEntry>"


def _rows(oldest: str) -> Iterator[str]:
    for age, children, income, amount in RULES:
        cells = "".join(_cell(text) for text in (oldest if age == AGES[-1] else age, children, income))
        yield f"<rule>{cells}<outputEntry><text>{amount}</text></outputEntry></rule>"


def model(*, provable: bool) -> bytes:
    """The DMN file. Without `provable`, the oldest age is a parameter, so that only a count shows that one rule hits."""
    inputs = "".join(
        f"<input><inputExpression><text>{text}</text></inputExpression></input>"
        for text in ("Age", "Children", "resident.income")
    )
    rows = "".join(_rows(AGES[-1] if provable else ">= parameters.oldest"))
    return f"""{_HEAD}
  {_decision("Age", "r p", "years and months duration(resident.born, parameters.day).years")}
  {_decision("Children", "h p", "count(household[born > parameters.child_born_after])")}
  {_decision("Works", "h", "some member in household satisfies member.income > 1000")}
  {_decision("Settled", "r p", "resident.moved <= parameters.moved_before")}
  <decision id="Amount" name="Amount"><variable name="Amount"/>{_arrows("Age Children r" + ("" if provable else " p"))}
    <decisionTable hitPolicy="UNIQUE">{inputs}<output/>{rows}</decisionTable></decision>
  {_decision("Benefit", "Amount Works Settled", "if Settled and not(Works) then Amount else 0")}
</definitions>""".encode()
