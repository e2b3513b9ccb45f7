"""What a request asks for, within bounds: every part of it is looked at before anything is read."""

from __future__ import annotations

import math

from starlette.requests import Request

from palantir_models.page.answers import Refusal
from palantir_models.page.ids import experiment_id
from palantir_models.page.opened import Opened
from transforms.spec.resource import DEFAULT_BRANCH, Resource, ResourceKind

MOST_IDS = 1000
_LONGEST = 4000


class Asked:
    """A request, and what it is asked of.

    :param request: the request.
    :param opened: the store.
    """

    def __init__(self, request: Request, opened: Opened) -> None:
        self._request = request
        self.opened = opened

    @property
    def branch(self) -> str:
        """The branch that is meant."""
        return self.text("branch") or DEFAULT_BRANCH

    def place(self, name: str) -> str:
        """Return a part of the path."""
        return str(self._request.path_params[name])

    def header(self, name: str) -> str:
        """Return a header; an empty text where there is none."""
        return str(self._request.headers.get(name, ""))

    def resource(self, kind: ResourceKind) -> Resource:
        """Return the model or dataset whose RID is in the path.

        :raises Refusal: if there is none on the branch.
        """
        return self.opened.resource(kind, self.place("rid"), self.branch)

    def text(self, name: str) -> str | None:
        """Return a parameter; None where it is not given.

        :raises Refusal: if it is too long.
        """
        value: str | None = self._request.query_params.get(name)
        if value is not None and len(value) > _LONGEST:
            raise _unfit(name, f"it has {len(value)} letters, and {_LONGEST} are the most")
        return value

    def flag(self, name: str) -> bool:
        """Whether a parameter is given."""
        return name in self._request.query_params

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number; what is beyond the bounds is refused.

        :raises Refusal: if it is none, or too small or great.
        """
        text = self.text(name)
        if text is None:
            return default
        if not text.removeprefix("-").isdecimal() or not least <= int(text[:20]) <= most:
            raise _unfit(name, f"it is a whole number from {least} to {most}; got {text[:40]!r}")
        return int(text)

    def number(self, name: str) -> float | None:
        """Return a finite number; None where it is not given.

        :raises Refusal: if it is none.
        """
        text = self.text(name)
        if text is None:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise _unfit(name, f"it is a number; got {text[:40]!r}")
        return value

    def ids(self) -> list[str]:
        """Return the experiments that are named by ``id``, each once, in the order they are asked for.

        :raises Refusal: for none, for too many, or for what cannot be one's id.
        """
        given = list(dict.fromkeys(self._request.query_params.getlist("id")))
        if not given:
            raise _unfit("id", "at least one experiment has to be named")
        if len(given) > MOST_IDS:
            raise _unfit("id", f"{len(given):,} experiments are named, and {MOST_IDS:,} are the most")
        return [experiment_of(text) for text in given]

    def texts(self, name: str) -> list[str]:
        """Return what a parameter is given as, each once; one that must be given, and may be several times.

        :raises Refusal: if it is missing.
        """
        self.text_of(name)
        return list(dict.fromkeys(self._request.query_params.getlist(name)))

    def text_of(self, name: str) -> str:
        """Return a parameter that must be given.

        :raises Refusal: if it is missing.
        """
        value = self.text(name)
        if not value:
            raise _unfit(name, "it has to be given")
        return value


def experiment_of(text: str) -> str:
    """Return the digits of an experiment's id or RID.

    :raises Refusal: if it can be none.
    """
    identity = experiment_id(text)
    if identity is None:
        raise _unfit("id", f"an experiment's id has 32 hexadecimal digits; got {text[:80]!r}")
    return identity


def _unfit(name: str, reason: str) -> Refusal:
    return Refusal(400, "This cannot be asked", f"The parameter {name!r} is wrong: {reason}.")
