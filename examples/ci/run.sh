#!/bin/sh
# The contract test of the booking service: runs every scenario against it and writes JUnit XML.
# Exit code 0 if all passed, 1 if one failed. Arguments go on to `mockserver run`: run.sh --only opt-out
#
# SCENARIOS  a file or a folder of them; by default scenarios
# APP        the service; by default examples/booking/app.py
# JUNIT      the report; by default results/junit.xml
# JOBS       how many scenarios to run at once; by default 2
# PYTHON     the Python that has mockserver and the service's libraries; by default python3
set -eu
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
app=${APP:-examples/booking/app.py}

exec "$python" -m mockserver run "${SCENARIOS:-scenarios}" \
  --command "'$python' '$app'" --ready-url /health --jobs "${JOBS:-2}" \
  --junit "${JUNIT:-results/junit.xml}" "$@"
