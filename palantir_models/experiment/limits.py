"""How much one experiment may hold; the defaults are the documented ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from transforms.errors import ConfigError, nearest

_SHOWN = 5


def advice(limit: str) -> str:
    """Return what to do about a limit, as the end of a sentence.

    :param limit: its name.
    """
    return f"raise the limit {limit} in pyproject.toml, under [tool.transforms.limits]"


def shortened(names: Iterable[str]) -> str:
    """Return names for a message: the first few, and how many more there are."""
    known = list(names)
    more = f" and {len(known) - _SHOWN:,} more" if len(known) > _SHOWN else ""
    return ", ".join(map(repr, known[:_SHOWN])) + more


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one experiment, and of the evaluations of one model.

    Follows the limits tables of the public pages integrate-models/experiments-overview and evaluations-overview;
    ``caption_length`` is ours.

    :param name_length: characters of the name of an experiment, series, hyperparameter or table.
    :param metric_values: values across all metric series of an experiment.
    :param parameters: hyperparameters of an experiment.
    :param table_rows: rows of one table.
    :param caption_length: characters of a caption or description.
    :param evaluation_sets: evaluation sets of a model.
    :param evaluation_caption_length: characters of a caption or description in an evaluation.
    :param evaluation_upload_bytes: bytes of one image, plot or table in an evaluation, as it is stored.
    """

    name_length: int = 100
    metric_values: int = 100_000
    parameters: int = 500
    table_rows: int = 100_000
    caption_length: int = 1000
    evaluation_sets: int = 100
    evaluation_caption_length: int = 200
    evaluation_upload_bytes: int = 5_000_000

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> Limits:
        """Build limits from a mapping such as ``[tool.transforms.limits]``; what it leaves out keeps its
        default.

        :param settings: name of a limit to a whole number above zero.
        :returns: the limits.
        :raises ConfigError: for a name that is no limit, or a value that is no whole number above zero.
        """
        known = [field.name for field in fields(cls)]
        chosen: dict[str, int] = {}
        for name, value in settings.items():
            if name not in known:
                raise ConfigError(
                    f"{name!r} is not a limit of experiments.{nearest(str(name), known)} "
                    f"The limits are {', '.join(known)}."
                )
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ConfigError(f"The limit {name!r} must be a whole number above zero, not {value!r}.")
            chosen[name] = value
        return cls(**chosen)
