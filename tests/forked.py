"""A child of this process that never comes back into the test runner, whatever goes wrong in it."""

import os
import traceback
from collections.abc import Callable


def in_a_child(work: Callable[[], int | None]) -> int:
    """Do something in a fork; give its exit code, negative for a signal, 99 where it raised.

    A child that raised would go on as a second worker of pytest-xdist, and both would wait for ever.
    """
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = work() or 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
