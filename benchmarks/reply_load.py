"""The load of the replies benchmark, as a process of its own: 3,000 texts at 100 a second, then the latencies."""

from __future__ import annotations

import json
import os
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toimiva.project.settings")
import django

django.setup()

from toimiva.capabilities.decisions import api as decisions  # noqa: E402
from toimiva.capabilities.offers import api as offers  # noqa: E402
from toimiva.capabilities.rounds import api as rounds  # noqa: E402
from toimiva.core.channels import api as channels  # noqa: E402
from toimiva.core.city import api as cities  # noqa: E402

SECONDS, RATE, STEP = 30, 100, 0.1


def main() -> None:
    row = rounds.list_rounds("helsinki")[0]
    cities.set_to("helsinki", row.opens)
    cities.run_on("helsinki")
    while channels.count_messages("helsinki", f"{row.id}.").waiting:
        time.sleep(0.5)
    told = offers.recipients_of(offer.id for offer in offers.offers_of(row.id))
    numbers = [next(r.phone for r in rows if r.phone) for _, rows in sorted(told.items()) if any(r.phone for r in rows)]
    started = time.perf_counter()
    for turn in range(int(SECONDS / STEP)):
        batch = numbers[turn * int(RATE * STEP) : (turn + 1) * int(RATE * STEP)]
        at = cities.now("helsinki")
        channels.write_many([(f"bench/{number}", number, "Kyllä", at) for number in batch])
        time.sleep(max(0.0, started + (turn + 1) * STEP - time.perf_counter()))
    deadline = time.perf_counter() + 60
    while channels.waiting("helsinki", 1) and time.perf_counter() < deadline:
        time.sleep(0.2)
    time.sleep(1)
    seconds = decisions.confirmation_seconds(row.id)
    print(
        json.dumps({"n": len(seconds), "p50": seconds[len(seconds) // 2], "p99": seconds[int(len(seconds) * 0.99) - 1]})
    )


main()
