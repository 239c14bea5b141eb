"""One reader per process for the questions that every trace asks: what queued up during one read is read together.

A lone question is read at once. One that cannot be answered in company is asked again alone, so that one case's damaged
row does not fail the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection

from skiptrace.errors import StoreError
from skiptrace.stores.databases import Database
from skiptrace.stores.trouble import plain_errors
from skiptrace.stores.writer import tell

TOGETHER = 256
"""At most so many questions in one read."""

Answers = Callable[[Connection, Sequence[Any]], Sequence[Any]]
"""Answers several questions of one kind, in their order."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    answers: Answers
    question: object
    done: asyncio.Future[Any]


class Reader:
    """Reads in turns. Each question sees everything that was committed before it was asked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: list[_Asked] = []
        self._task: asyncio.Task[None] | None = None

    async def ask(self, answers: Answers, question: object) -> Any:
        """The answer to one question. Raises StoreError when the database fails."""
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked.append(_Asked(answers, question, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        return await done

    async def _drain(self) -> None:
        while self._asked:
            group, self._asked = self._asked[:TOGETHER], self._asked[TOGETHER:]
            await self._answer_or_split(group)

    async def _answer_or_split(self, group: Sequence[_Asked]) -> None:
        try:
            with plain_errors():
                answers = await self._database.read(partial(_answers, _by_kind(group)))
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            if isinstance(error, StoreError) or len(group) == 1:
                for asked in group:
                    tell(asked.done, error)
                return
            for asked in group:
                await self._answer_or_split([asked])
            return
        for asked, answer in answers:
            tell(asked.done, answer)


def _by_kind(group: Sequence[_Asked]) -> dict[Answers, list[_Asked]]:
    kinds: dict[Answers, list[_Asked]] = {}
    for asked in group:
        kinds.setdefault(asked.answers, []).append(asked)
    return kinds


def _answers(kinds: dict[Answers, list[_Asked]], conn: Connection) -> list[tuple[_Asked, object]]:
    found: list[tuple[_Asked, object]] = []
    for answers, several in kinds.items():
        found += zip(several, answers(conn, [asked.question for asked in several]), strict=True)
    return found
