"""The application: the table of routes behind one door."""

from __future__ import annotations

from itertools import groupby

from starlette.routing import Route as Path, Router
from starlette.types import ASGIApp

from gateway.calls import Calls
from gateway.door import Door
from gateway.place import Place, nowhere
from gateway.routes import served
from services.kernel.configuration import Configuration


def application(configuration: Configuration, calls: Calls, shared: bytes) -> ASGIApp:
    """`shared` is the key of the pair gateway and auth. The caller of this starts and stops `calls`."""
    door = Door(configuration, calls, shared)
    routes = sorted(served(configuration.development), key=lambda route: route.path)
    by_path = {path: list(group) for path, group in groupby(routes, key=lambda route: route.path)}
    order = dict.fromkeys(route.path for route in served(configuration.development))
    return Router([Path(path, Place(door, by_path[path])) for path in order], redirect_slashes=False, default=nowhere)
