"""What a web application of one process would do: FastAPI, SQLAlchemy and asyncpg, everything in the open.

`uvicorn bench.rivals.one_process:app`, with the database in ONE_DATABASE_URL.
"""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

import orjson
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import create_async_engine

from bench.rivals.rows import events, people, tokens

app = FastAPI()
ENGINE = create_async_engine(os.environ.get("ONE_DATABASE_URL", "postgresql+asyncpg://"), pool_size=16, max_overflow=16)


class Correction(BaseModel):
    model_config = ConfigDict(extra="forbid")

    first_name: str | None = Field(None, max_length=100)
    infix: str | None = Field(None, max_length=30)
    last_name: str | None = Field(None, max_length=100)


async def signed_in(authorization: Annotated[str, Header()]) -> Row:  # type: ignore[type-arg]
    digest = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest()
    live = (tokens.c.digest == digest) & (tokens.c.expires_at > datetime.now(UTC).isoformat())
    async with ENGINE.connect() as session:
        found = (await session.execute(select(people).where(live, people.c.id == tokens.c.person))).first()
    if found is None:
        raise HTTPException(401)
    return found


Me = Annotated[Row, Depends(signed_in)]  # type: ignore[type-arg]


@app.get("/v1/me")
async def me(person: Me) -> dict[str, str | None]:
    return {str(name): value for name, value in person._mapping.items()}


@app.patch("/v1/me")
async def correct(person: Me, said: Correction) -> dict[str, list[str]]:
    identity, now, values = str(uuid4()), datetime.now(UTC).isoformat(), said.model_dump(exclude_unset=True)
    line = orjson.dumps({"id": identity, "person": person.id, "values": values, "at": now, "more": "x" * 600})
    async with ENGINE.begin() as session:
        await session.execute(update(people).where(people.c.id == person.id).values(**values))
        await session.execute(insert(events).values(id=identity, stream=f"account/{person.id}", line=line))
    return {"events": [identity]}
