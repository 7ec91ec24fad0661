"""A process's metrics are read at a port of its own, where one is set: for Prometheus, on the inner network alone."""

from __future__ import annotations

import logging

from prometheus_client import start_http_server

from services.kernel.configuration import Configuration

log = logging.getLogger(__name__)


def serve(configuration: Configuration) -> None:
    """Answer scrapes from now on, in a thread. A port that is taken is said, and costs nothing but the metrics."""
    if not configuration.metrics_port:
        return
    try:
        start_http_server(configuration.metrics_port, addr=configuration.metrics_host)
    except OSError as error:
        log.warning("no metrics at port %d: %s", configuration.metrics_port, error.strerror)
