"""Two users of one group who build in one folder in turn, some of them killed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tests.torture.arena import BUILD, Arena

_GROUP = 4242
_USERS = (_GROUP, 4243)


def second_user(arena: Arena, most: int) -> None:
    """Neither may be kept out by what the other left."""
    os.chown(arena.folder, -1, _GROUP)
    arena.folder.chmod(0o2775)
    for _ in arena.rounds(most):
        for user in _USERS:
            killed = arena.chance.random() * 1.5 if arena.chance.random() < 0.3 else None
            order = {"user": user, "group": _GROUP, "environment": {"HOME": str(arena.folder)}}
            status = arena.run(*BUILD, kill_after=killed, **order)
            if killed is None and status != 0:
                arena.problems.append(f"user {user} cannot build: {arena.said(0)}")
            arena.look()
    closed = [place for place in arena.store.rglob("*") if not _is_open(place)]
    arena.problems += [f"the group cannot use {place.relative_to(arena.store)}" for place in closed[:5]]
    arena.settle()


def _is_open(place: Path) -> bool:
    """Whether the group may read a file, or change what is in a folder."""
    wanted = stat.S_IRGRP | stat.S_IWGRP | stat.S_IXGRP if place.is_dir() else stat.S_IRGRP
    return place.stat().st_gid == _GROUP and place.stat().st_mode & wanted == wanted
