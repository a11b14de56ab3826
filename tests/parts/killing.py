"""A round killed with SIGKILL at random points and started again until it ends; then what must hold is checked.

    python -m tests.parts.killing HOME KILLS SEED      (the database from TOIMIVA_DATABASE_URL, SQLite without it)

Run as a process of its own: it forks, and a fork must not inherit the threads of a test runner. Prints one JSON
document; `broken` lists what did not hold.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter


def main() -> None:
    home, kills, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    os.environ["TOIMIVA_HOME"] = home
    os.environ["DJANGO_SETTINGS_MODULE"] = "toimiva.project.settings"
    for command in (
        ["city", "create", "mallila"],
        ["service", "sign", "preschool", "--city", "mallila", "--official", "M", "--role", "H"],
    ):
        subprocess.run([sys.executable, "-m", "toimiva.project.cli", *command], check=True, capture_output=True)
    import django

    django.setup()
    killed = kill_until_done(random.Random(seed), kills)
    print(json.dumps({"killed": killed, "broken": broken(), "summary": comparable()}, default=str))


def kill_until_done(rng: random.Random, kills: int) -> int:
    """Fork a run, kill it after a random while, again and again; at last let it end. How often it was killed."""
    killed = 0
    for _ in range(kills * 6):
        if killed == kills:
            break
        child = start_run()
        time.sleep(rng.uniform(0.01, 0.35))
        if os.waitpid(child, os.WNOHANG) != (0, 0):
            break  # it ended before it could be killed
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        killed += 1
    _, status = os.waitpid(start_run(), 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit("The round did not come to its end.")
    return killed


def start_run() -> int:
    child = os.fork()
    if child:
        return child
    try:
        from toimiva.capabilities.rounds import api as rounds
        from toimiva.capabilities.services import api as services
        from toimiva.core.city import api as cities

        rounds.run(services.get_service(cities.load("mallila"), "preschool"), seed=1)
        os._exit(0)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)


def broken() -> list[str]:
    """Everything that does not hold after the stops."""
    from toimiva.capabilities.decisions import api as decisions
    from toimiva.capabilities.decisions.models import Decision
    from toimiva.capabilities.offers.models import Offer, Seat
    from toimiva.core.channels.models import Message, PhoneText, Reply
    from toimiva.core.ledger import api as ledger

    found = []
    waiting = Message.objects.filter(state__in=["queued", "sending"]).count()
    found += [f"{waiting} messages never left"] if waiting else []
    on_phones = Counter(PhoneText.objects.filter(incoming=False).values_list("key", flat=True))
    sent = (
        Message.objects.exclude(channel="letter").exclude(state__in=["held", "expired"]).values_list("key", flat=True)
    )
    found += [f"{key} is {on_phones[key]} times on a phone" for key in sent if on_phones[key] != 1]
    found += [f"{key} is on a phone and was never sent" for key in on_phones.keys() - set(sent)]
    written = PhoneText.objects.filter(incoming=True).count()
    handled = Reply.objects.exclude(handled=None).count()
    found += [f"{written} replies were written and {handled} handled"] if written != handled else []
    placed = Counter(Offer.objects.filter(state__in=["open", "accepted"]).values_list("person", flat=True))
    found += [f"{person} has {n} places" for person, n in placed.items() if n > 1]
    found += [f"{seat.unit} is over capacity" for seat in Seat.objects.all() if seat.taken > seat.capacity]
    accepted = set(Offer.objects.filter(state="accepted").values_list("pk", flat=True))
    found += [f"{offer} has no decision" for offer in accepted - set(Decision.objects.values_list("offer", flat=True))]
    verdict = ledger.verify_all()
    found += [f"ledger: {verdict.fault}"] if verdict.fault else []
    differing = decisions.replay_round(Decision.objects.first().round).differing
    return found + [str(item) for item in differing]


def comparable() -> dict:
    """The summary without times, counts of the ledger and of what was read again: as of a run that never stopped."""
    from toimiva.capabilities.rounds.models import Round

    summary = Round.objects.get().summary
    return {
        key: summary[key]
        for key in (
            "cohort",
            "to_staff",
            "offered",
            "accepted",
            "declined",
            "no_reply",
            "decisions",
            "second_wave",
            "travel_m",
            "fairness",
            "messages",
        )
    }


if __name__ == "__main__":
    main()
