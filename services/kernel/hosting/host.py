"""The entry of a service's process: greens the world before anything else is imported, then hands over.

`python -m services.kernel.hosting.host <module>` imports the module, by now green, and calls its `main()`.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import warnings

# Thousands of classes come and stay: there is nothing to collect until everything has been imported.
gc.disable()
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
# psycopg's own way of waiting would freeze the hub; set before it is imported.
os.environ["PSYCOPG_WAIT_FUNC"] = "wait_select"
# Threads are for what computes (argon2, typst): more of them than cores would only hold more memory at once.
os.environ.setdefault("EVENTLET_THREADPOOL_SIZE", "4")
# eventlet's own resolver is a library of 230 modules that reads no nsswitch.conf; names are looked up in a thread.
os.environ["EVENTLET_NO_GREENDNS"] = "yes"

import eventlet  # noqa: E402
from eventlet.patcher import original  # noqa: E402

eventlet.monkey_patch()


LARGE = 1 << 20
_M_MMAP_THRESHOLD = -3


def give_memory_back() -> None:
    """What a hash took (19 MiB) goes back to the system at once; glibc would keep it in an arena of each thread."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, LARGE)


def wait_in_the_hub() -> None:
    from services.kernel.calls import hubwait

    hubwait.install()


def main() -> None:
    from importlib import import_module

    from services.kernel.calls import names
    from services.kernel.store import database

    give_memory_back()
    database.before_postgres = wait_in_the_hub
    names.install(original("socket").getaddrinfo)
    module = import_module(sys.argv[1])
    gc.freeze()
    gc.enable()
    module.main()


if __name__ == "__main__":
    main()
