"""The entry of a service's process: greens the world before anything else is imported, then hands over.

`python -m services.kernel.host <module>` imports the module, by now green, and calls its `main()`.
"""

from __future__ import annotations

import ctypes
import os
import sys
import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
# psycopg's own way of waiting would freeze the hub; set before it is imported.
os.environ["PSYCOPG_WAIT_FUNC"] = "wait_select"
# Threads are for what computes (argon2, typst): more of them than cores would only hold more memory at once.
os.environ.setdefault("EVENTLET_THREADPOOL_SIZE", "4")

import eventlet  # noqa: E402

eventlet.monkey_patch()


LARGE = 1 << 20
_M_MMAP_THRESHOLD = -3


def give_memory_back() -> None:
    """What a hash took (19 MiB) goes back to the system at once; glibc would keep it in an arena of each thread."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, LARGE)


def main() -> None:
    from importlib import import_module

    from services.kernel import hubwait

    give_memory_back()
    hubwait.install()
    import_module(sys.argv[1]).main()


if __name__ == "__main__":
    main()
