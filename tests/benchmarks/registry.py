"""Every row of the table, by the module that measures it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.benchmarks import (
    backup,
    cold_validate,
    config_get,
    flag_evaluation,
    growth,
    key_history,
    library_read,
    memory,
    one_changed,
    plan_and_drift,
    sealed_open,
    sealed_set,
    start_up,
)
from tests.benchmarks.bench import Bench
from tests.benchmarks.row import Row

MODULES: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "start-up": start_up.rows,
    "cold-validate": cold_validate.rows,
    "one-changed": one_changed.rows,
    "config-get": config_get.rows,
    "library-read": library_read.rows,
    "sealed-set": sealed_set.rows,
    "sealed-open": sealed_open.rows,
    "key-history": key_history.rows,
    "flags": flag_evaluation.rows,
    "plan-and-drift": plan_and_drift.rows,
    "backup": backup.rows,
    "memory": memory.rows,
    "growth": growth.rows,
}
