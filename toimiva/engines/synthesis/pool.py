"""People of one area not yet in a household, by age and sex, to be taken one at a time."""

from __future__ import annotations

import numpy as np

from toimiva.engines.synthesis.ages import Counts

__all__ = ["Pool"]

_NOBODY = "The pool is empty: the area's households need more people than it has."


class Pool:
    """Counts by age for women and men between two ages; plain lists, as single look-ups in arrays are slow."""

    def __init__(self, women: Counts, men: Counts, first: int, last: int) -> None:
        inside = [first <= age <= last for age in range(len(women))]
        self.women = [int(n) if keep else 0 for n, keep in zip(women, inside, strict=True)]
        self.men = [int(n) if keep else 0 for n, keep in zip(men, inside, strict=True)]
        self.total = sum(self.women) + sum(self.men)
        self._drawn: list[tuple[int, str]] = []

    def take_any(self, rng: np.random.Generator) -> tuple[int, str]:
        """Anyone, everyone equally likely."""
        while True:
            if not self._drawn:
                self._drawn = self._shuffled(rng)
            age, sex = self._drawn.pop()
            counts = self.women if sex == "F" else self.men
            if counts[age]:  # may have been taken by age since the draw
                return self._take(age, sex)

    def _shuffled(self, rng: np.random.Generator) -> list[tuple[int, str]]:
        if not self.total:
            raise ValueError(_NOBODY)
        everyone = [(age, "F") for age, n in enumerate(self.women) for _ in range(n)]
        everyone += [(age, "M") for age, n in enumerate(self.men) for _ in range(n)]
        return [everyone[i] for i in rng.permutation(len(everyone))]

    def take_near(self, age: int, rng: np.random.Generator, avoid: set[int]) -> tuple[int, str]:
        """Someone as near this age as there is; one of the ages to avoid only where nobody else is left."""
        found = self._nearest(age, avoid)
        if found is None:
            found = self._nearest(age, set())
        if found is None:
            raise ValueError(_NOBODY)
        women, men = self.women[found], self.men[found]
        return self._take(found, "F" if rng.random() * (women + men) < women else "M")

    def _nearest(self, age: int, avoid: set[int]) -> int | None:
        for distance in range(len(self.women)):
            for candidate in (age - distance, age + distance):
                inside = 0 <= candidate < len(self.women) and candidate not in avoid
                if inside and self.women[candidate] + self.men[candidate]:
                    return candidate
        return None

    def take_within(self, sex: str, low: int, high: int, target: int) -> int | None:
        """The age of someone of this sex between two ages, as near the target as there is; None if there is nobody."""
        counts = self.women if sex == "F" else self.men
        low, high = max(low, 0), min(high, len(counts) - 1)
        target = min(max(target, low), high)
        for distance in range(high - low + 1):
            for candidate in (target - distance, target + distance):
                if low <= candidate <= high and counts[candidate]:
                    return self._take(candidate, sex)[0]
        return None

    def _take(self, age: int, sex: str) -> tuple[int, str]:
        counts = self.women if sex == "F" else self.men
        counts[age] -= 1
        self.total -= 1
        return age, sex
