"""Households of one area from its counts: how many of each kind, who is in them, no impossible family.

Kinds: one_person, one_parent, two_parents, adults (two or more without children), institution (counted in the
population but in no household, as in the statistics).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from toimiva.engines.synthesis.ages import Counts
from toimiva.engines.synthesis.pool import Pool

__all__ = ["AreaTargets", "Member", "form_households"]

_MOST_CHILDREN = 6
_CHILD_GAPS = (2, 3, 2, 1, 4, 3, 5, 2, 6, 1)


@dataclass(frozen=True, slots=True)
class AreaTargets:
    """Published counts of one area."""

    households: int
    one_person: int
    with_children: int
    one_parent: int
    average_size: float


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a household: age in full years, sex "F" or "M", role "child", "parent" or "adult"."""

    age: int
    sex: str
    role: str


@dataclass(slots=True)
class _Area:
    children: Pool
    adults: Pool
    rng: np.random.Generator
    formed: list[tuple[str, list[Member]]] = field(default_factory=list)


def form_households(
    targets: AreaTargets, women: Counts, men: Counts, rng: np.random.Generator
) -> list[tuple[str, list[Member]]]:
    """(kind, members) for everyone in the area; the counts by age and sex are used up exactly."""
    area = _Area(Pool(women, men, 0, 17), Pool(women, men, 18, len(women) - 1), rng)
    families = _families(targets, area)
    for kind, children in families:
        area.formed.append((kind, _with_parents(kind, children, area)))
    couples = max(targets.households - targets.one_person - len(families), 0)
    _form_adults(targets, couples, area)
    return area.formed


def _families(targets: AreaTargets, area: _Area) -> list[tuple[str, list[Member]]]:
    """Groups of siblings: as many as the statistics have families, one-parent ones in their number."""
    kids = area.children.total
    count = min(max(targets.with_children, -(-kids // _MOST_CHILDREN) if kids else 0), kids)
    sizes = _sibling_counts(kids, count, area.rng)
    one_parent = set(area.rng.permutation(count)[: targets.one_parent].tolist())
    return [
        ("one_parent" if index in one_parent else "two_parents", children)
        for index, children in enumerate(_siblings(sizes, area))
    ]


def _sibling_counts(kids: int, families: int, rng: np.random.Generator) -> list[int]:
    """Children per family: one each, then each further child to a family, the third rarer than the second and so on."""
    if not families:
        return []
    means = np.array([1.0, 3.5, 9.0, 20.0, 40.0])
    keys = np.cumsum(rng.exponential(means, (families, _MOST_CHILDREN - 1)), axis=1)
    chosen = np.argsort(keys, axis=None, kind="stable")[: kids - families]
    return (1 + np.bincount(chosen // (_MOST_CHILDREN - 1), minlength=families)).tolist()


def _siblings(sizes: list[int], area: _Area) -> list[list[Member]]:
    """Large families first, while there is a choice of ages."""
    drawn: dict[int, list[Member]] = {}
    for index in sorted(range(len(sizes)), key=lambda i: -sizes[i]):
        drawn[index] = _sibling_group(sizes[index], area)
    return [drawn[index] for index in range(len(sizes))]


def _sibling_group(size: int, area: _Area) -> list[Member]:
    age, sex = area.children.take_any(area.rng)
    group = [Member(age, sex, "child")]
    for _ in range(size - 1):
        gap = _CHILD_GAPS[int(area.rng.integers(len(_CHILD_GAPS)))]
        wanted = age - gap if area.rng.random() < 0.5 else age + gap
        age, sex = area.children.take_near(min(max(wanted, 0), 17), area.rng, avoid={child.age for child in group})
        group.append(Member(age, sex, "child"))
    return sorted(group, key=lambda child: -child.age)


def _with_parents(kind: str, children: list[Member], area: _Area) -> list[Member]:
    """Parents of an age to have had all these children: mothers at 18 to 46, fathers at 18 to 60."""
    oldest, youngest = children[0].age, children[-1].age
    target = oldest + int(np.clip(area.rng.normal(30, 4.5), 19, 44))
    lone_father = kind == "one_parent" and area.rng.random() < 0.17
    first = _parent("M" if lone_father else "F", target, oldest, youngest, area)
    parents = [first]
    if kind == "two_parents":
        partner = first.age + int(area.rng.normal(2, 3))
        parents.append(_parent("F" if area.rng.random() < 0.01 else "M", partner, oldest, youngest, area))
    return parents + children


def _parent(sex: str, target: int, oldest: int, youngest: int, area: _Area) -> Member:
    other = "M" if sex == "F" else "F"
    for wanted, latest in ((sex, 46 if sex == "F" else 60), (other, 60 if other == "M" else 46), ("M", 75), ("F", 75)):
        age = area.adults.take_within(wanted, oldest + 18, youngest + latest, target)
        if age is not None:
            return Member(age, wanted, "parent")
    raise ValueError(f"No adult of the area can be the parent of children aged {youngest} to {oldest}.")


def _form_adults(targets: AreaTargets, couples: int, area: _Area) -> None:
    """Couples and sharers, then those who live alone, then those in no household."""
    left = area.adults.total
    singles = min(targets.one_person, left)
    couples = min(couples, (left - singles) // 2)
    placed = sum(len(members) for _, members in area.formed) + singles + 2 * couples
    wanted = round(targets.average_size * targets.households)
    extra = int(np.clip(wanted - placed, 0, left - singles - 2 * couples)) if couples else 0
    shares: list[int] = (
        np.bincount(area.rng.integers(couples, size=extra), minlength=couples).tolist() if couples else []
    )
    for more in shares:
        area.formed.append(("adults", _adult_household(more, area)))
    area.formed += [("one_person", [_anyone(area)]) for _ in range(singles)]
    area.formed += [("institution", [_anyone(area)]) for _ in range(area.adults.total)]


def _adult_household(more: int, area: _Area) -> list[Member]:
    """A couple near each other in age; the others are grown children or sharers."""
    first = _anyone(area)
    sex = first.sex if area.rng.random() < 0.03 else ("M" if first.sex == "F" else "F")
    age = area.adults.take_within(sex, 18, len(area.adults.women) - 1, first.age + int(area.rng.normal(0, 3)))
    second = Member(age, sex, "adult") if age is not None else _anyone(area)
    return [first, second] + [_anyone(area) for _ in range(more)]


def _anyone(area: _Area) -> Member:
    age, sex = area.adults.take_any(area.rng)
    return Member(age, sex, "adult")
