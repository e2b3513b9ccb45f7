"""Adding to a model that is no output of the job: beside whoever trains it, and after whoever adds the same at this moment."""

from __future__ import annotations

from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.belonging import diverged
from transforms.store.tables import TableView
from transforms.store.transaction import Transaction

_WAIT_SECONDS = 120.0  # others hold the lease only while they commit


def join(transaction: Transaction, model: Resource) -> TableView | None:
    """Have a transaction add evaluations to a model: nobody else does from now on, until it ends.

    To be called for one model after the other in the order of their aliases, so that two jobs never wait for each other.

    :param transaction: the transaction, whose commit is near.
    :param model: the model.
    :returns: its table of evaluations on the transaction's branch as it is now; None where there is none yet.
    :raises LeaseHeldError: if somebody else holds it for too long.
    :raises PublishError: if a commit that concerns the model waits, because a table refuses it.
    :raises DivergedError: if the table has commits that the ledger does not have.
    """
    store, path = transaction.store, layout.resource_path(model, transaction.branch)
    with transaction.explaining():
        transaction.hold(
            layout.evaluations_lease(model, transaction.branch),
            f"{model} on branch {transaction.branch}",
            _WAIT_SECONDS,
            "given evaluations",
        )
        store.publisher.publish_all()  # what others ratified and did not come to finish
        waits = store.publisher.refusal_of(path)
        if waits is not None:
            raise waits.error
        view = transaction.open_output(f"{path}/{layout.EVALUATIONS}")
    if view is not None and view.newest is not None and not store.ledger.has(view.newest, view.name):
        raise diverged(store.storage, view.name, view.newest)
    return view
