"""The private PostgreSQL comes back with what was committed, however it went down."""

from __future__ import annotations

import psycopg

from crisisconnect.postgres import Cluster


def url(cluster: Cluster) -> str:
    return cluster.url.replace("+psycopg", "")


def test_what_was_committed_outlives_a_kill(postgres: Cluster) -> None:
    with psycopg.connect(url(postgres)) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('kept')")
    before = postgres.url
    postgres.kill()
    assert postgres.restart() == before
    with psycopg.connect(url(postgres)) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("kept",)]


def test_it_speaks_utf8_and_utc_and_listens_on_loopback_alone(postgres: Cluster) -> None:
    with psycopg.connect(url(postgres)) as connection:
        wanted = {"server_encoding": "UTF8", "TimeZone": "UTC", "listen_addresses": "127.0.0.1"}
        assert {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in wanted} == wanted  # type: ignore[index]
