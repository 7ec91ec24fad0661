"""A feed's place in the log moves by one replica alone; other numbers are kept beside it by a name of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine

from services.kernel.store.cursor import Cursor, Moved, position, put
from services.kernel.store.eventstore import cursors


@pytest.fixture
def session() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    cursors.create(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_a_number_is_kept_by_its_name_and_until_then_it_is_what_one_says(session: Connection) -> None:
    assert position(session, "swept", 7) == 7
    put(session, "swept", 3)
    put(session, "other", 5)
    assert (position(session, "swept", 7), position(session, "other", 7)) == (3, 5)
    put(session, "swept", 0)
    assert (position(session, "swept", 7), position(session, "other", 7)) == (0, 5)


def test_a_feed_begins_before_the_first_entry_and_moves_from_where_it_was_seen(session: Connection) -> None:
    feed, other = Cursor("log"), Cursor("other")
    assert feed.at(session) == -1
    feed.move(session, -1, 0)
    other.move(session, -1, 41)
    feed.move(session, 0, 9)
    assert (feed.at(session), other.at(session)) == (9, 41)


def test_who_saw_it_elsewhere_does_not_move_it(session: Connection) -> None:
    feed = Cursor("log")
    with pytest.raises(Moved):
        feed.move(session, 3, 4)
    feed.move(session, -1, 5)
    for seen in (-1, 4, 6):
        with pytest.raises(Moved):
            feed.move(session, seen, 9)
    feed.lock(session)
    assert feed.at(session) == 5
