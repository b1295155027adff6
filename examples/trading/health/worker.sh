# Whether the worker is well with what is live now: the database takes fewer than 100 connections.
. ../live/worker.env
test "$DATABASE_POOL" -lt 100 || { echo "too many connections: $DATABASE_POOL"; exit 1; }
