"""One line that is all of a file and names a secret at every turn: each is looked at without the rest of the line."""

import tracemalloc

from gmconfig.secret.scan.literal import value_at
from gmconfig.secret.scan.public import reason

LINE = b"{" + b"api_key=" * 1_000_000


def test_a_value_is_looked_at_without_the_rest_of_its_line():
    at = 4_000_001 + len(b"api_key=")
    tracemalloc.start()
    try:
        value_at(LINE, at), reason(LINE, at)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1_000_000
