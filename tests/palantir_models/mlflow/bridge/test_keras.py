"""Keras 3 (on JAX): the callback and autologging write a value for each epoch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris

X, Y = load_iris(return_X_y=True)
EPOCHS = 5


def network() -> Any:
    """A small classifier."""
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input([4]), keras.layers.Dense(3)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(loss=loss, optimizer=keras.optimizers.Adam(0.01), metrics=["accuracy"])
    return model


def test_the_backend():
    """The tests run without TensorFlow."""
    import keras

    assert keras.backend.backend() == "jax"


def test_the_callback(experiment, content, dropped):
    """A value of the loss and of each metric for each epoch, with Keras' steps, and the parameters."""
    import mlflow

    run = experiment("FAIL")
    with run.as_mlflow_run():
        fit = network().fit(
            X, Y, epochs=EPOCHS, verbose=0, validation_split=0.2, callbacks=[mlflow.keras.MlflowCallback()]
        )
    found = content(run)
    assert {name: [step for step, _ in values] for name, values in found.metrics.items()} == {
        name: list(range(EPOCHS)) for data in ("", "val_", "validation_") for name in (f"{data}loss", f"{data}accuracy")
    }
    assert np.allclose([value for _, value in found.metrics["loss"]], fit.history["loss"])
    assert len(found.params) == 15
    assert found.params["optimizer_learning_rate"] == pytest.approx(0.01)
    assert dropped() == "1 artifact (1 txt)"


def test_the_callback_by_batches(experiment, content):
    """It may also log every so many batches."""
    import mlflow

    run = experiment("FAIL")
    callback = {"log_every_epoch": False, "log_every_n_steps": 2}
    with run.as_mlflow_run():
        network().fit(X, Y, epochs=2, batch_size=15, verbose=0, callbacks=[mlflow.keras.MlflowCallback(**callback)])
    assert [step for step, _ in content(run).metrics["loss"]] == list(range(2, 22, 2))


def test_autologging(experiment, content, dropped):
    """The same, and how ``fit`` was called."""
    import mlflow

    run = experiment("FAIL")
    with run.as_mlflow_run():
        mlflow.keras.autolog()
        network().fit(X, Y, epochs=EPOCHS, batch_size=30, verbose=0)
    found = content(run)
    assert {name: [step for step, _ in values] for name, values in found.metrics.items()} == {
        name: list(range(EPOCHS)) for name in ("loss", "accuracy")
    }
    assert (found.params["epochs"], found.params["batch_size"]) == (EPOCHS, 30)
    assert dropped() == "1 artifact (1 txt), 1 model, 1 dataset"


def test_two_fits(experiment, content):
    """Keras counts epochs from 0 again; the series goes on."""
    import mlflow

    run, model = experiment("FAIL"), network()
    with run.as_mlflow_run():
        for _ in range(2):
            model.fit(X, Y, epochs=EPOCHS, verbose=0, callbacks=[mlflow.keras.MlflowCallback()])
    assert [step for step, _ in content(run).metrics["loss"]] == list(range(2 * EPOCHS))
