"""A decision explained as a good clerk would: result, why, facts with their register and date, rule and law."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime

from toimiva.capabilities.decisions.models import Decision
from toimiva.capabilities.decisions.wording import content_of
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.errors import NotFound
from toimiva.core.registers import api as registers

__all__ = ["explain", "find_decision"]

_WORDS = {
    "fi": {
        "why": "Miksi", "facts": "Tiedot, joihin päätös perustuu", "law": "Laki", "appeal": "Muutoksenhaku",
        "rule": "Sääntö {rule} taulukossa \"{table}\" ({rules} sääntöä)",
        "others": "Miksi muut säännöt eivät päde",
        "other": "Sääntö {rule}: {column}: {value}; sääntö edellyttää: {asks}",
        "answer": "Huoltaja hyväksyi paikan {at}.", "cause": "Mistä tämä lähti",
        "annulled": "Kumottu {at}, {official}: {why}",
    },
    "sv": {
        "why": "Varför", "facts": "Uppgifter som beslutet bygger på", "law": "Lag", "appeal": "Ändringssökande",
        "rule": "Regel {rule} i tabellen \"{table}\" ({rules} regler)",
        "others": "Varför andra regler inte gäller",
        "other": "Regel {rule}: {column}: {value}; regeln kräver: {asks}",
        "answer": "Vårdnadshavaren godkände platsen {at}.", "cause": "Vad som satte i gång detta",
        "annulled": "Upphävt {at}, {official}: {why}",
    },
    "en": {
        "why": "Why", "facts": "Facts the decision rests on", "law": "Law", "appeal": "Rectification",
        "rule": "Rule {rule} of the table \"{table}\" ({rules} rules)",
        "others": "Why other rules do not hold", "other": "Rule {rule}: {column}: {value}; the rule asks for: {asks}",
        "answer": "A guardian accepted the place on {at}.", "cause": "What set this off",
        "annulled": "Annulled on {at} by {official}: {why}",
    },
}  # fmt: skip


def find_decision(reference: str) -> Decision:
    """A decision by its id, its number, or its offer's id. Raises NotFound."""
    for field in ("pk", "number", "offer"):
        found = Decision.objects.filter(**{field: reference}).first()
        if found:
            return found
    raise NotFound(
        what=f"There is no decision {reference!r}.", mend="Give an id (d....) or a number such as 'HEL 2027-000001'."
    )


def explain(decision: Decision, language: str) -> str:
    """The explanation as plain text."""
    return "\n".join(_lines(decision, language))


def _lines(decision: Decision, language: str) -> Iterator[str]:
    words, record = _WORDS[language], json.loads(decision.record)
    city = cities.load(decision.city)
    service = services.from_archive(city, record["basis"]["folder"])
    content = content_of(decision, offers.read_offers([decision.offer])[decision.offer], language)
    yield f"{content['title']} {decision.number}, {content['day']}"
    yield content["text"]
    if decision.annulled:
        at = _moment(decision.annulled.isoformat(), city, language)
        yield words["annulled"].format(at=at, official=decision.annulled_by, why=decision.annulled_why)
    if record["answer"]:
        yield words["answer"].format(at=_moment(record["answer"]["received"], city, language))
    yield f"\n{words['why']}"
    yield from (f"  {ground}" for ground in content["grounds"])
    if "cause" in record["basis"]:
        yield f"\n{words['cause']}"
        yield f"  {services.cause_in_words(service, record['basis']['cause'], language)}"
    day = date.fromisoformat(record["basis"]["day"])
    explained = services.explain_rule(service, record["basis"]["facts"], day, language)
    as_of = offers.day_text(registers.get_snapshot(record["basis"]["snapshot"]).as_of, language, year=True)
    yield f"\n{words['facts']}"
    for fact in explained.facts:
        yield f"  {fact.name}: {fact.value} ({fact.register}, {as_of})"
    table = service.definition.decisions.outcome
    yield "\n" + words["rule"].format(rule=explained.rule, table=table, rules=explained.rules)
    yield f"  {words['law']}: {explained.law}; {content['law']}"
    yield f"\n{words['others']}"
    for other in explained.others:
        yield "  " + words["other"].format(rule=other.rule, column=other.column, value=other.value, asks=other.asks)
    yield ""
    yield f"  {content['automatic']}"
    yield f"\n{words['appeal']}"
    yield f"  {content['appeal']}"


def _moment(text: str, city: cities.City, language: str) -> str:
    local = datetime.fromisoformat(text).astimezone(city.zone)
    return f"{offers.day_text(local.date(), language, year=True)} {local:%H:%M}"
