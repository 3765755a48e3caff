#!/bin/sh
# A sample client with curl: brings a booking system's events, one JSON object a
# line on standard input, and prints what stands.
#   COMITY_URL=http://localhost:8080 COMITY_TOKEN=… sh booking.sh < bookings.jsonl
# An event may be sent again: it is recorded once. --retry repeats what was not
# answered; a refusal (4xx) ends with 22 and its reason.
set -eu
while IFS= read -r event; do
  printf '%s' "$event" | curl --silent --show-error --fail-with-body --retry 5 --retry-connrefused --max-time 30 \
    --header "Authorization: Bearer $COMITY_TOKEN" --header 'Content-Type: application/json' \
    --data-binary @- "$COMITY_URL/api/v1/bookings"
  echo
done
