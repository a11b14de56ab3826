"""The catalogue of open data: another city's thousand data sets taken in, and searched as people write, by HTTP."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from urllib.parse import quote

import httpx

from benchmarks.command import toimiva
from benchmarks.row import Row
from benchmarks.serving import serving

__all__ = ["measure"]

DATA_SETS, SEARCHES = 1000, 400
_OF = ["ilmanlaadun", "päiväkotien", "koulujen", "rakennusten", "liikenteen", "kirjastojen", "puistojen", "merenrannan",
       "asuntojen", "terveysasemien", "pyöräteiden", "katupuiden", "veneiden", "vesijohtojen"]  # fmt: skip
_WHAT = ["mittaukset", "sijainnit", "kävijämäärät", "energiankulutus", "kunnossapito", "ennusteet", "varaukset",
         "hankinnat", "palautteet", "melualueet"]  # fmt: skip
_ASKED = ["ilmanlaatu", "päiväkoti", "koulu", "rakennus", "liikenne", "kirjasto", "puisto", "asunto", "pyörätie", "katupuu",
          "ilmanlaatumittaus", "koulujen energiankulutus", "venevaraus", "kirjaston kävijät", "meri", "melu", "air quality",
          "luftkvalitet", "skola", "hankinta 2020"]  # fmt: skip
_HEAD = (
    "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
    "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
    '<https://other.example/city> a foaf:Organization ; foaf:name "Toinen kaupunki"@fi .\n'
)


def measure(folder: Path) -> Iterator[Row]:
    home = folder / "open-data"
    toimiva(home, "city", "create", "mallila")
    (folder / "others.ttl").write_text(_HEAD + "".join(_described(n) for n in range(DATA_SETS)), encoding="utf-8")
    seconds, _, out = toimiva(home, "datasets", "harvest", str(folder / "others.ttl"), "--json")
    taken = json.loads(out)["harvested"]
    yield Row(f"a catalogue of {taken} data sets of three files each, taken in", seconds, 30, "s")
    with serving(home) as client:
        search = "/api/3/action/package_search?q={}"
        counts = [client.get(search.format(quote(words))).json()["result"]["count"] for words in _ASKED]
        yield Row(f"words of {len(_ASKED)} that find nothing", counts.count(0), 1, "", 0)
        for what, address in (
            ("the page", "/data/?q={}"),
            ("CKAN's package_search", search),
        ):
            yield Row(f"a search over all of them, {what}, p95 of {SEARCHES}", _p95(client, address), 50, "ms")


def _described(number: int) -> str:
    """A data set with its words in Finnish, its theme's keyword, and three files."""
    of, what = list(product(_OF, _WHAT))[number % (len(_OF) * len(_WHAT))]
    title, at = f"{of.capitalize()} {what} {2015 + number % 12}", f"https://other.example/data/{number}"
    files = [
        f'<{at}.{form}> a dcat:Distribution ; dct:title "{title}"@fi ; dcat:accessURL <{at}.{form}> ; '
        f"dcat:downloadURL <{at}.{form}> ."
        for form in ("csv", "json", "xlsx")
    ]
    parts = ", ".join(f"<{at}.{form}>" for form in ("csv", "json", "xlsx"))
    return (
        f'<{at}> a dcat:Dataset ; dct:title "{title}"@fi ; dct:publisher <https://other.example/city> ; '
        f'dct:description "Aineisto kertoo, millaisia {of} {what} ovat olleet kaupungin eri osissa."@fi ; '
        f'dcat:keyword "{of}"@fi, "{what}"@fi ; dcat:distribution {parts} .\n' + "\n".join(files) + "\n"
    )


def _p95(client: httpx.Client, address: str) -> float:
    """Milliseconds; every process has made its index before."""
    asked = random.Random(1).choices(_ASKED, k=SEARCHES)
    taken = []
    for number, words in enumerate(asked[:20] + asked):
        started = time.perf_counter()
        client.get(address.format(quote(words))).raise_for_status()
        if number >= 20:
            taken.append((time.perf_counter() - started) * 1000)
    return sorted(taken)[int(len(taken) * 0.95)]
