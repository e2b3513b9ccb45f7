"""What is told of a plan's jobs beforehand is told by what they will read, which is looked at side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from transforms.spec.resource import Resource
from transforms.spec.transform import Transform
from transforms.store import machine
from transforms.store.contents import Contents

_THREADS = 16
_Asked = TypeVar("_Asked")
_Seen = TypeVar("_Seen")


@dataclass(frozen=True)
class PlanReader:
    """Knows what a plan is of, and looks at the store as its jobs will.

    Attributes:
        transforms: the transforms, by their names in the graph.
        store: the store.
        branch: the branch of the build.
        fallbacks: the branches that are looked at after that.
        resolve: gives a resource the alias that the settings give it.
    """

    transforms: Mapping[str, Transform]
    store: Contents
    branch: str
    fallbacks: Sequence[str]
    resolve: Callable[[Resource], Resource]

    def side_by_side(self, look: Callable[[_Asked], _Seen], asked: Sequence[_Asked]) -> list[_Seen]:
        """Return what a look at each of several things tells, in their order.

        :param look: tells something of one; on an object store it mostly waits.
        :param asked: the things; at least one.
        """
        with machine.pool(min(len(asked), _THREADS), "look") as pool:
            return list(pool.map(look, asked))
