#!/bin/sh
# A fresh machine's first round: Helsinki from public statistics, the pre-school round over all of it, then the site.
set -eu
toimiva=.venv/bin/toimiva
for city in helsinki mallila; do
  "$toimiva" city create "$city" >/dev/null || [ $? = 3 ]   # there already: go on with it
  "$toimiva" service sign preschool --city "$city" --official "Maija Malli" --role "Head of Pre-primary Education (simulated)"
done
"$toimiva" round list --json | grep -q helsinki-preschool || "$toimiva" round run preschool --city helsinki --simulate-replies
if [ "${1:-yes}" != no ]; then
  exec "$toimiva" serve
fi
