#!/bin/sh
# Ask huoren about notes with curl: one note, the same request once more, a batch, and one that is refused.
#
#   sh classify.sh http://127.0.0.1:8000        (API_KEY=... where the service asks for a key)
set -eu

service=${1:-http://127.0.0.1:8000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The key stands in a private file: arguments can be read by every user of the machine.
umask 077
: > "$folder/curl"
if [ -n "${API_KEY:-}" ]; then printf 'header = "Authorization: Bearer %s"\n' "$API_KEY" > "$folder/curl"; fi

ask() {
  path=$1
  shift
  curl --config "$folder/curl" --silent --show-error --max-time 10 --retry 3 \
    --header 'Content-Type: application/json' "$@" --data-binary @- "$service$path"
  echo
}

note='{"note_id": "n1", "title": "手作银戒 💍", "body": "🔨 想要的加薇信 silver_ring88 看图册", "published_at": "2026-03-01"}'

# One note. The Idempotency-Key makes it safe to ask again when an answer is lost: it is judged and counted once.
key="example-$$-$(date +%s)"
echo '# One note'
printf '%s' "$note" | ask /v1/classify --header "Idempotency-Key: $key"
echo '# The same request once more: the same verdict_id'
printf '%s' "$note" | ask /v1/classify --header "Idempotency-Key: $key"

# Up to 100 notes. The second is unusable (no note_id) and fails alone, with a status of its own.
# `dry_run` stores and counts nothing.
echo '# A batch'
printf '{"notes": [%s, {"body": "谁来都行"}], "options": {"dry_run": true}}' "$note" | ask /v1/classify/batch

# A refusal says why, where, and under which request id, as application/problem+json; it never quotes the note.
echo '# A refusal'
printf '{"note_id": "n1", "body": 5}' | ask /v1/classify
