"""What there is: the store, and its models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from palantir_models.experiment.statuses import ABANDONED, FAILED, RUNNING
from palantir_models.page.asked import Asked
from palantir_models.page.ids import model_rid
from transforms.common.masking import masked_text
from transforms.common.packages import installed_version
from transforms.spec.resource import DEFAULT_BRANCH, Resource

if TYPE_CHECKING:
    from palantir_models.page.opened import Opened
    from palantir_models.reading.experiment import RecordedExperiment


def store(asked: Asked) -> dict[str, Any]:
    """Return what is known of the store as a whole, and what is wrong with it."""
    opened = asked.opened
    writes = opened.store.writes()
    kinds = [write.kind for write in opened.writes(asked.branch).values()]
    return {
        "root": masked_text(str(opened.store.root)),
        "branch": asked.branch,
        "branches": sorted({branch for branch, _ in writes} | {DEFAULT_BRANCH}),
        "version": installed_version("transforms-on-delta"),
        "models": len(opened.aliases("model", asked.branch)),
        "datasets": kinds.count("dataset"),
        "problems": _problems(opened),
    }


def models(asked: Asked) -> dict[str, Any]:
    """Return the models of a branch."""
    from palantir_models.reading.everywhere import apart

    opened = asked.opened
    writes = opened.writes(asked.branch)
    names = {path: alias for alias, path in opened.config.models.items()}
    others: dict[str, list[RecordedExperiment]] = {}
    for one in apart(opened.store, asked.branch):
        others.setdefault(one.model, []).append(one)
    written = (write.alias for write in writes.values() if write.kind == "model")
    rows = []
    for alias in sorted({*written, *filter(None, others)}):
        model = opened.model(Resource("model", alias), asked.branch)
        published = {one.experiment_id for one in model.experiments}
        unpublished = [one for one in others.get(alias, ()) if one.experiment_id not in published]
        statuses = [one.status for one in unpublished]
        write = writes.get(f"model:{alias}")
        times = [one.created_time for one in (*model.experiments[:1], *unpublished[:1])]
        rows.append(
            {
                "rid": model_rid(alias),
                "path": alias,
                "alias": names.get(alias),
                "branch": asked.branch,
                "latest_version": model.versions[-1].version if model.versions else None,
                "versions": len(model.versions),
                "experiments": len(model.experiments) + len(statuses),
                "running": statuses.count(RUNNING),
                "failed": statuses.count(FAILED) + statuses.count(ABANDONED),
                "updated": max([*times, *([write.committed_time] if write else [])]),
            }
        )
    return {"models": rows}


def _problems(opened: Opened) -> list[dict[str, str]]:
    """Return what a person should know who looks at the store."""
    from palantir_models.reading.everywhere import unreadable_experiments

    if not opened.store.exists and not opened.aliases("model", DEFAULT_BRANCH):
        return [
            {
                "title": "There is no store here yet",
                "detail": f"Nothing was ever committed below {masked_text(str(opened.store.root))}.",
                "hint": "Build a pipeline with 'transforms build', or name another root with --root.",
            }
        ]
    commits = [
        {
            "title": f"Commit #{entry.seq} is not in every table yet",
            "detail": f"{entry.transform} made it. Nothing of it is shown here until it is.",
            "hint": "'transforms recover' finishes what was committed, or says why it cannot.",
        }
        for entry in opened.store.unpublished()
    ]
    experiments = [
        {
            "title": f"Experiment {identity[:8]} cannot be read",
            "detail": reason,
            "hint": f"Restore it from a backup, or delete it: transforms experiments rm {identity}",
        }
        for identity, reason in unreadable_experiments(opened.store)
    ]
    return [*commits, *experiments]
