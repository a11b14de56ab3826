"""Finding data sets as people write Finnish, Swedish and English: stems, and parts of compounds.

A word is reduced to its stem (Snowball), in Finnish also with its consonants in the strong grade. A stem meets one that
is the same, one that it begins or is within (päiväkoti in päiväkotipaikat), and, where the word asked is the compound,
the stems that it is made of (ilmanlaatumittaus: ilmanlaatu, mittaus). Titles weigh more than keywords, and those more
than descriptions.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from toimiva.capabilities.datasets.catalogue import Dataset, datasets, state

__all__ = ["Found", "search"]

_STEMMERS = {"fi": "finnish", "sv": "swedish", "en": "english"}
_WEIGHTS = {"title": 6.0, "keywords": 4.0, "about": 1.0}
_SHORTEST = 4  # a part of a compound has at least so many letters
_COMPOUND, _PART = 0.6, 0.4
_WORD = re.compile(r"\w+")
# consonant gradation, which Snowball's stems keep: laatu and laadun, leipä and leivän, kaupunki and kaupungin
_GRADED = re.compile(r"(kk|pp|tt|ng|nn|mm|ll|rr|d|v)([aeiouyäö]*)$")
_STRONG = {
    "kk": "k", "pp": "p", "tt": "t", "ng": "nk", "nn": "nt", "mm": "mp", "ll": "lt", "rr": "rt", "d": "t", "v": "p",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """Data sets in order of how well they fit, and how many there are of each theme, form and publisher."""

    rows: Sequence[Dataset]
    facets: Mapping[str, Sequence[tuple[str, int]]]


class _Index:
    """Every data set's stems with their weights."""

    def __init__(self, rows: Sequence[Dataset]) -> None:
        self.rows = rows
        self.weights: dict[str, dict[int, float]] = defaultdict(dict)
        for number, row in enumerate(rows):
            for stem, weight in _stems_of(row).items():
                self.weights[stem][number] = weight

    def scores(self, text: str) -> dict[int, float]:
        """Of each data set that has something of every word."""
        words = [word for word in _WORD.findall(text.lower()) if len(word) > 1][:12]
        found = [self._word(word) for word in words]
        if not found:
            return dict.fromkeys(range(len(self.rows)), 0.0)
        together = set(found[0]).intersection(*found[1:])
        return {number: sum(one[number] for one in found) for number in together}

    def _word(self, word: str) -> dict[int, float]:
        best: dict[int, float] = {}
        for stem in {word}.union(*(_stems(word, language) for language in _STEMMERS)):
            for other, share in self._near(stem):
                for number, weight in self.weights[other].items():
                    best[number] = max(best.get(number, 0.0), weight * share)
        return best

    def _near(self, stem: str) -> Iterable[tuple[str, float]]:
        if stem in self.weights:
            yield stem, 1.0
        if len(stem) < _SHORTEST:
            return
        for other in self.weights:
            if stem in other and stem != other:
                yield other, _COMPOUND
            elif len(other) >= _SHORTEST and other in stem and stem != other:
                yield other, _PART * len(other) / len(stem)


def _stems_of(row: Dataset) -> dict[str, float]:
    found: dict[str, float] = {}
    for language in _STEMMERS:
        texts = {
            "title": row.title.get(language, ""), "keywords": " ".join(row.keywords.get(language, ())),
            "about": row.about.get(language, ""),
        }  # fmt: skip
        for field, text in texts.items():
            for word in _WORD.findall(text.lower()):
                for stem in _stems(word, language):
                    found[stem] = max(found.get(stem, 0.0), _WEIGHTS[field])
    return found


@lru_cache(maxsize=50_000)
def _stems(word: str, language: str) -> frozenset[str]:
    """As Snowball has it, and in Finnish in the strong grade too; a compound may have either of it within."""
    stem = str(_stemmer(language).stemWord(word))
    if language != "fi":
        return frozenset({stem})
    return frozenset({stem, _GRADED.sub(lambda found: _STRONG[found[1]] + found[2], stem)})


@lru_cache(maxsize=3)
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(_STEMMERS[language])


@lru_cache(maxsize=1)
def _index(_state: str) -> _Index:
    return _Index(datasets())


def search(text: str = "", *, theme: str = "", form: str = "", publisher: str = "") -> Found:
    """Data sets that have every word of the text, best first; facets count what each choice would leave."""
    index = _index(state())
    scores = index.scores(text)
    ordered = sorted(scores, key=lambda number: (-scores[number], number))
    chosen = {"theme": theme, "form": form, "publisher": publisher}
    kept = [index.rows[number] for number in ordered]
    facets = {name: _counted(kept, name, {**chosen, name: ""}) for name in chosen}
    return Found([row for row in kept if _fits(row, chosen)], facets)


def _counted(rows: Sequence[Dataset], name: str, chosen: Mapping[str, str]) -> list[tuple[str, int]]:
    """How many of each value there are, most first."""
    counts = Counter(value for row in rows if _fits(row, chosen) for value in _values(row, name))
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _values(row: Dataset, name: str) -> set[str]:
    match name:
        case "theme":
            return {theme.rpartition("/")[2] for theme in row.themes}
        case "form":
            return {one.form for one in row.distributions if one.form}
    return {row.publisher} - {""}


def _fits(row: Dataset, chosen: Mapping[str, str]) -> bool:
    return all(not value or value in _values(row, name) for name, value in chosen.items())
