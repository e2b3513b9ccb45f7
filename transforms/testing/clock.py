"""A clock that stands still, for transforms whose results depend on the time."""

from __future__ import annotations

import builtins
import datetime as real
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from unittest import mock

from transforms.common.usercode import is_users
from transforms.errors import UsageError

_EPOCH = real.datetime(1970, 1, 1, tzinfo=real.UTC)


class FrozenClock:
    """The time in a test, until the test moves it.

    It is what Python's ``datetime``, ``date`` and ``time`` tell in the user's own modules, however they import them; what commits,
    versions and experiments are dated with; and what checks about the current time compare with. Libraries, pauses and Spark's
    ``current_timestamp()`` have the machine's time as ever.

    :param start: when it stands still.
    """

    def __init__(self, start: real.datetime) -> None:
        self._now = start
        self._stands = True

    def now(self) -> real.datetime:
        """Return what it shows, in UTC; once the test has ended, the machine's time."""
        return self._now if self._stands else real.datetime.now(real.UTC)

    def release(self) -> None:
        """Show the machine's time from now on, whoever still has it."""
        self._stands = False

    def move_to(self, moment: real.datetime | str) -> None:
        """Set it, forward or back.

        :param moment: a time with a zone, also as ISO 8601 text: ``"2026-03-01T06:00:00Z"``; without a zone it is in UTC.
        :raises UsageError: if the text is no time.
        """
        self._now = as_moment(moment)

    def tick(self, seconds: float = 1.0) -> None:
        """Move it on.

        :param seconds: by how much.
        """
        self._now += real.timedelta(seconds=seconds)

    def __repr__(self) -> str:
        return f"<FrozenClock at {self._now.isoformat()}>"


def as_moment(moment: real.datetime | str) -> real.datetime:
    """Return a time in UTC.

    :param moment: a time, or one as ISO 8601 text; without a zone it is in UTC.
    :raises UsageError: if the text is no time.
    """
    if isinstance(moment, str):
        try:
            moment = real.datetime.fromisoformat(moment)
        except ValueError:
            raise UsageError(f"{moment!r} is no time; write it as '2026-03-01T06:00:00Z'.") from None
    return moment.replace(tzinfo=real.UTC) if moment.tzinfo is None else moment.astimezone(real.UTC)


@contextmanager
def frozen(start: real.datetime) -> Iterator[FrozenClock]:
    """Have time stand still in this process while the block runs.

    :param start: when.
    """
    from palantir_models.testing import dated_by
    from transforms.run import check_facts
    from transforms.store import machine

    clock = FrozenClock(start)
    names = _stand_ins(clock)
    importing = builtins.__import__

    def import_for_users(name: str, globals: Mapping[str, Any] | None = None, *rest: Any, **named: Any) -> Any:
        if name in names and globals is not None and _is_of_user(globals):
            return names[name]
        return importing(name, globals, *rest, **named)

    with (
        mock.patch.object(machine, "now", clock.now),
        mock.patch.object(check_facts, "datetime", names["datetime"].datetime),
        dated_by(names["datetime"].datetime, lambda: _nanoseconds(clock)),
        mock.patch.object(builtins, "__import__", import_for_users),
    ):
        swapped = _swap(
            {
                id(real): names["datetime"],
                id(time): names["time"],
                **{id(getattr(real, name)): getattr(names["datetime"], name) for name in ("datetime", "date")},
                **{id(getattr(time, name)): getattr(names["time"], name) for name in ("time", "time_ns")},
            }
        )
        try:
            yield clock
        finally:
            clock.release()
            for module, name, value in swapped:
                setattr(module, name, value)
            _put_back(names)


def _is_of_user(names: Mapping[str, Any]) -> bool:
    """Whether what a module has in it belongs to a module of the user's."""
    file = names.get("__file__")
    return names.get("__name__") == "__main__" if file is None else is_users(str(file))


def _swap(stand_ins: Mapping[int, Any]) -> list[tuple[ModuleType, str, Any]]:
    """Put others in the place of what the user's modules have, and return what they had."""
    swapped = []
    for module in list(sys.modules.values()):
        if isinstance(module, ModuleType) and _is_of_user(vars(module)):
            for name, value in list(vars(module).items()):
                if id(value) in stand_ins:
                    swapped.append((module, name, value))
                    setattr(module, name, stand_ins[id(value)])
    return swapped


def _put_back(names: Mapping[str, ModuleType]) -> None:
    """Give modules that were imported meanwhile the real ones."""
    originals: dict[int, Any] = {}
    for real_module in (real, time):
        stand_in = names[real_module.__name__]
        originals[id(stand_in)] = real_module
        originals |= {id(value): getattr(real_module, name) for name, value in vars(stand_in).items() if name in _SHOWN}
    _swap(originals)


_SHOWN = ("datetime", "date", "time", "time_ns")


def _stand_ins(clock: FrozenClock) -> dict[str, ModuleType]:
    """Return modules like Python's, whose time is the clock's."""

    class Kind(type):
        """A class that any value of the real one is an instance of."""

        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, cls.__mro__[1])

    class Datetime(real.datetime, metaclass=Kind):
        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return real.datetime(*args, **kwargs)

        @classmethod
        def now(cls, tz: real.tzinfo | None = None) -> Any:
            return clock.now().astimezone(tz) if tz else clock.now().astimezone().replace(tzinfo=None)

        @classmethod
        def utcnow(cls) -> Any:
            return clock.now().replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            return cls.now()

    class Date(real.date, metaclass=Kind):
        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return real.date(*args, **kwargs)

        @classmethod
        def today(cls) -> Any:
            return clock.now().astimezone().date()

    changed: dict[ModuleType, dict[str, Any]] = {
        real: {"datetime": Datetime, "date": Date},
        time: {"time": lambda: _nanoseconds(clock) / 1e9, "time_ns": lambda: _nanoseconds(clock)},
    }
    made = {}
    for module, others in changed.items():
        made[module.__name__] = ModuleType(module.__name__, module.__doc__)
        vars(made[module.__name__]).update({**vars(module), **others})
    return made


def _nanoseconds(clock: FrozenClock) -> int:
    return (clock.now() - _EPOCH) // real.timedelta(microseconds=1) * 1000
