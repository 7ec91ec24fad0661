"""The entry of a service's process: greens the world before anything else is imported, then hands over.

`python -m services.kernel.host <module>` imports the module, by now green, and calls its `main()`.
"""

from __future__ import annotations

import os
import sys
import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
# psycopg's own way of waiting would freeze the hub; set before it is imported.
os.environ["PSYCOPG_WAIT_FUNC"] = "wait_select"

import eventlet  # noqa: E402

eventlet.monkey_patch()


def main() -> None:
    from importlib import import_module

    import_module(sys.argv[1]).main()


if __name__ == "__main__":
    main()
