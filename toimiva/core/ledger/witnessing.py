"""A witness: another party that keeps what a city has published and signs it, as long as nothing of it ever changes.

It trusts the city in nothing: it remembers every root that it has seen, refuses a list in which an old one is missing,
changed or not continued, and then names the day. Runs anywhere, by `toimiva ledger witness`, with a file of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import requests

from toimiva.core.errors import Conflict, Unavailable
from toimiva.core.ledger.notes import Signer, Verifier, root_text

__all__ = ["Seen", "check_list", "witness"]

Seen = dict[str, dict[str, Any]]  # by day: first, last, root, and whether the city has been given the signature
_WAIT_S = 30


def witness(city: str, signer: Signer, memory: Path, *, city_keys: Sequence[str] = ()) -> list[str]:
    """Look at what the city publishes now, sign what is new and give it to the city; the days that were signed.

    `city_keys` are the verifier keys that the city told of itself; with them, each new root must bear its signature by
    one of them. Raises Conflict when the list is not the one that was seen before, or a signature is not taken;
    Unavailable when the city does not answer. What was seen is remembered before anything is given, so that a city
    that refuses signatures cannot make its witness forget; what was not taken is given again the next time.
    """
    seen: Seen = json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}
    published = _ask(f"{city}/api/v1/ledger/roots")
    new = check_list(seen, published)
    keys = [Verifier.parse(key) for key in city_keys]
    for root in new if keys else ():
        _check_signature(city, root, keys)
    seen |= {root["day"]: _kept(root) | {"given": False} for root in new}
    _remember(memory, seen)
    signed = []
    try:
        for root in published:
            if not seen[root["day"]].get("given", True):
                signed.append(_sign(city, signer, root))
                seen[root["day"]]["given"] = True
    finally:
        _remember(memory, seen)
    return signed


def _ask(address: str) -> Any:
    try:
        answer = requests.get(address, timeout=_WAIT_S, allow_redirects=False)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise Unavailable(what="The city's roots cannot be read.", why=str(error), mend="Try again later.") from error
    return answer.json()


def _kept(root: Mapping[str, Any]) -> dict[str, Any]:
    return {name: root[name] for name in ("first", "last", "root")}


def check_list(seen: Seen, published: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Roots that are new. Raises Conflict for a day that was seen and is gone or changed, and for entries left out."""
    by_day = {root["day"]: root for root in published}
    for day, before in seen.items():
        if day not in by_day:
            raise _broken(f"The root of {day} was published and is gone.")
        if _kept(by_day[day]) != _kept(before):
            raise _broken(f"The root of {day} is not the one that was published.")
    following = 1
    for root in published:
        if root["first"] != following or root["last"] < root["first"]:
            raise _broken(f"The entries of {root['day']} do not go on from those of the day before.")
        following = root["last"] + 1
    return [root for root in published if root["day"] not in seen]


def _broken(what: str) -> Conflict:
    return Conflict(
        what=what, why="A ledger that only grows cannot do this.",
        mend="Nothing was signed. Tell the city and its data protection officer, and keep your file as evidence.",
    )  # fmt: skip


def _check_signature(city: str, root: Mapping[str, Any], keys: Sequence[Verifier]) -> None:
    text = root_text(city, root["day"], root["first"], root["last"], root["root"])
    lines = (line.split(" ") for line in root.get("note", "").splitlines())
    signatures = [(parts[1], parts[2]) for parts in lines if len(parts) == 3]
    if not any(key.holds(text, signed) for key in keys for name, signed in signatures if name == key.name):
        raise _broken(f"The root of {root['day']} does not bear the city's signature.")


def _sign(city: str, signer: Signer, root: Mapping[str, Any]) -> str:
    text = root_text(city, root["day"], root["first"], root["last"], root["root"])
    body = {"day": root["day"], "key": signer.verifier.text, "signature": signer.sign(text)}
    try:
        answer = requests.post(f"{city}/api/v1/ledger/cosignatures", json=body, timeout=_WAIT_S, allow_redirects=False)
    except requests.RequestException as error:
        raise Unavailable(
            what="The city does not take signatures now.", why=str(error), mend="Run it again."
        ) from error
    if answer.status_code != 204:
        raise Conflict(what=f"The city did not take the signature of {root['day']}.", why=answer.text[:300])
    return str(root["day"])


def _remember(memory: Path, seen: Seen) -> None:
    """Written whole beside the old and put in its place, so that a stop loses nothing."""
    new = memory.with_suffix(".new")
    new.write_text(json.dumps(seen, indent=1, sort_keys=True), encoding="utf-8")
    new.replace(memory)
