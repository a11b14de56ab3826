"""What `service.toml` says, parsed once and trusted after."""

from __future__ import annotations

from datetime import time
from typing import Literal

from pydantic import ConfigDict, Field

from toimiva.core.city.api import Names, Strict

__all__ = ["Allocation", "Definition", "Input", "Reply", "Simulation"]


class Cohort(Strict):
    """Who could be concerned: a FEEL condition over the subject's own row, so that the rest is never decided."""

    subject: str
    who: str


class Join(Strict):
    """Another person's row, joined by a column that holds a pseudonym."""

    column: str
    table: str


class Input(Strict):
    """Input data from a register: a row, a list (`many`), or others who share a value with the subject (`through`).

    A row is the subject's where its column `by` has the subject's pseudonym, or the value of the subject's column `of`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    table: str
    by: str
    of: str | None = None
    many: bool = False
    through: str | None = None
    joined: Join | None = Field(default=None, alias="with")


class DecisionNames(Strict):
    """Which decision of the model answers what."""

    outcome: str
    group: str
    present_unit: str | None = None
    sibling_units: str | None = None

    def named(self) -> dict[str, str]:
        """Those that the service names: what is answered, and the decision that answers it."""
        return {role: name for role, name in self.model_dump().items() if name is not None}


class GuardianInput(Strict):
    """Which input lists the guardians, and under which entry their pseudonym is."""

    input: str
    person: str


class Advantages(Strict):
    """Metres of travel that a child would rather go for each of these."""

    sibling: int = Field(ge=0)
    present_unit: int = Field(ge=0)
    own_area: int = Field(ge=0)


class Allocation(Strict):
    """How places are proposed: tables of units and places, travel and advantages in metres."""

    units: str
    places: str
    detour_factor: float = Field(ge=1, le=3)
    nearest: int = Field(ge=1)
    unplaced_m: int = Field(ge=100_000)
    advantage_m: Advantages


class SecondWave(Strict):
    """Deferred acceptance among those who wished for something else: priorities in order, how many wishes count."""

    priorities: tuple[Literal["sibling", "present_unit", "own_area", "travel", "lottery"], ...]
    wishes: int = Field(ge=1, le=20)


class Reply(Strict):
    """The reply window in days, when it opens (local time), the reminder, and the letter where nothing arrives."""

    window_days: int = Field(ge=1, le=120)
    reminder_after_days: int | None = None
    letter_after_days: int | None = None
    opens_at: time = time(9)


class Assumptions(Strict):
    """Minutes that an application takes, for the figure of hours saved; assumptions, not measurements."""

    minutes_per_application_family: int
    minutes_per_application_official: int


class Simulation(Strict):
    """The model of simulated families: shares, and the median delay of a reply in hours."""

    replies: float = Field(ge=0, le=1)
    accepts: float = Field(ge=0, le=1)
    unclear: float = Field(ge=0, le=1)
    phones_off: float = Field(ge=0, le=1)
    median_delay_hours: float = Field(gt=0)


class Definition(Strict):
    """A service.

    `runs` by yearly rounds, or by the registers' changes day by day. `starts` names the parameter that says when what
    is given starts: a date, or a number of days after the offer.
    """

    names: dict[str, str]
    summary: dict[str, str]
    owner: Names
    responsible: dict[str, str]
    purpose: str
    message_purpose: str
    gives: Literal["offer", "grant"]
    runs: Literal["in_rounds", "by_changes"] = "in_rounds"
    starts: str
    legal_basis: dict[str, str]
    cohort: Cohort
    inputs: dict[str, Input]
    decisions: DecisionNames
    guardians: GuardianInput
    allocation: Allocation
    second_wave: SecondWave
    reply: Reply
    second_reply: Reply
    assumptions: Assumptions
    simulation: Simulation
