"""Errors: a caller's own raise at once, those that MLflow swallows reach the error handler when the block ends."""

from __future__ import annotations

import logging
import threading

import pytest
from sklearn.linear_model import LogisticRegression

from palantir_models.experiment.errors import ExperimentBridgeError, ExperimentError, ExperimentLimitError

X, Y = [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]


def warnings_of(caplog) -> list[str]:
    """The warnings of the experiment's error handler."""
    return [record.getMessage() for record in caplog.records if record.name == "palantir_models.experiment.handler"]


def test_a_limit_follows_the_handler(experiment, content, caplog):
    """FAIL raises where the call is; WARN warns once, and later values are dropped and counted."""
    import mlflow

    failing = experiment("FAIL", metric_values=2)
    with failing.as_mlflow_run():
        mlflow.log_metrics({"a": 1, "b": 2})
        with pytest.raises(ExperimentLimitError):
            mlflow.log_metric("a", 2)
    assert warnings_of(caplog) == []
    for handler in ("WARN", "SUPPRESS"):
        run = experiment(handler, metric_values=2, parameters=1)
        with run.as_mlflow_run():
            for value in range(5):
                mlflow.log_metric("a", value)
            mlflow.log_params({"p": 1})
            mlflow.log_params({"q": 1})
            data = mlflow.get_run(run.experiment_id).data
            assert (data.metrics, data.params) == ({"a": 1.0}, {"p": "1"})
        assert (run.dropped_count, run.value_count) == (4, 2)
        assert content(run).metrics == {"a": [(0, 0.0), (1, 1.0)]}
        assert len(warnings_of(caplog)) == 1
    assert "raise the limit metric_values" in warnings_of(caplog)[0]


def test_a_batch_is_all_or_nothing(experiment):
    """Of values that come in one call, none is kept when one cannot be."""
    import mlflow

    run = experiment("FAIL", metric_values=3)
    with run.as_mlflow_run():
        mlflow.log_metrics({"a": 1, "b": 2})
        with pytest.raises(ExperimentLimitError):
            mlflow.log_metrics({"a": 1, "b": 2})
    assert run.value_count == 2


def test_a_mistake_raises_at_once(experiment):
    """Under every handler, and it is not said again at the end."""
    import mlflow

    run = experiment("FAIL")
    with run.as_mlflow_run():
        with pytest.raises(ExperimentError):
            mlflow.log_param("p", "\ud800")
        mlflow.log_metric("a", 1)
    assert run.value_count == 1


def test_autologging_that_fails_under_fail(experiment):
    """The fit goes on, and the block raises the error when it ends."""
    import mlflow

    model, reached = LogisticRegression(), []

    def block() -> None:
        with experiment("FAIL", parameters=3).as_mlflow_run():
            mlflow.sklearn.autolog(silent=True)
            model.fit(X, Y)
            reached.append(True)

    with pytest.raises(ExperimentLimitError, match="raise the limit parameters"):
        block()
    assert reached
    assert model.predict(X).tolist() == Y


def test_autologging_that_fails_under_warn(experiment, caplog):
    """One warning, and the values are counted."""
    import mlflow

    run = experiment("WARN", parameters=3)
    with run.as_mlflow_run():
        mlflow.sklearn.autolog(silent=True)
        LogisticRegression().fit(X, Y)
    (warning,) = warnings_of(caplog)
    assert "raise the limit parameters" in warning
    assert run.dropped_count == 14
    assert run.value_count > 0


class Odd(LogisticRegression):
    """A classifier that MLflow's autologging fails at."""

    def get_params(self, deep: bool = True) -> dict[str, object]:
        """Only those of its own."""
        if deep:
            raise RuntimeError("it has no depth")
        return super().get_params(deep=False)


@pytest.mark.parametrize("handler", ["FAIL", "WARN", "SUPPRESS"])
def test_errors_of_mlflow_itself(handler, experiment, caplog):
    """What its autologging catches is treated alike."""
    import mlflow

    run, model = experiment(handler), Odd()

    def block() -> None:
        with run.as_mlflow_run():
            mlflow.sklearn.autolog(log_models=False)
            model.fit(X, Y)

    if handler == "FAIL":
        with pytest.raises(ExperimentBridgeError, match="it has no depth"):
            block()
    else:
        block()
    assert len(warnings_of(caplog)) == (handler == "WARN")
    assert all("it has no depth" in warning for warning in warnings_of(caplog))
    assert model.predict(X).tolist() == Y


def test_errors_that_the_user_does_not_see(experiment, capfd):
    """MLflow's warnings may be switched off; the handler hears of an error all the same."""
    import mlflow

    logger = logging.getLogger("mlflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    model = Odd()

    def block() -> None:
        with experiment("FAIL").as_mlflow_run():
            mlflow.sklearn.autolog(log_models=False)
            model.fit(X, Y)

    try:
        with pytest.raises(ExperimentBridgeError, match="it has no depth"):
            block()
        assert "it has no depth" not in capfd.readouterr().err
        assert not logging.getLogger("mlflow.utils.autologging_utils").isEnabledFor(logging.WARNING)
    finally:
        logger.setLevel(level)


def test_the_users_exception_wins(experiment, caplog):
    """An error that MLflow swallowed is then only logged."""
    import mlflow

    def block() -> None:
        with experiment("FAIL", parameters=3).as_mlflow_run():
            mlflow.sklearn.autolog(silent=True)
            LogisticRegression().fit(X, Y)
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        block()
    assert "raise the limit parameters" in caplog.text


def test_errors_of_calls_that_do_not_wait(experiment):
    """Whoever waits for the result sees the error; at the end the handler does in any case."""
    import mlflow

    def block() -> None:
        with experiment("FAIL", metric_values=1).as_mlflow_run():
            mlflow.log_metric("a", 1, synchronous=False).wait()
            operation = mlflow.log_metric("a", 2, synchronous=False)
            with pytest.raises(Exception, match="raise the limit metric_values"):
                operation.wait()

    with pytest.raises(ExperimentLimitError):
        block()


def test_errors_in_other_threads(experiment):
    """An error in a thread that logs by the run's id is nobody's until the block ends."""
    import mlflow
    from mlflow.entities import Metric

    run = experiment("FAIL", metric_values=1)

    def log() -> None:
        with pytest.raises(ExperimentLimitError):
            mlflow.MlflowClient().log_batch(
                run.experiment_id, [Metric("a", value, 1_700_000_000_000, value) for value in range(2)]
            )

    def block() -> None:
        with run.as_mlflow_run():
            thread = threading.Thread(target=log)
            thread.start()
            thread.join()

    with pytest.raises(ExperimentLimitError):
        block()


def test_suppress_is_silent(experiment, caplog):
    """Nothing is logged at the level of a warning, not even what was dropped."""
    import mlflow

    run = experiment("SUPPRESS", parameters=3)
    with run.as_mlflow_run():
        mlflow.sklearn.autolog(silent=True)
        LogisticRegression().fit(X, Y)
        mlflow.set_tag("a", 1)
    ours = [record for record in caplog.records if record.name.startswith("palantir_models")]
    assert [record for record in ours if record.levelno >= logging.WARNING] == []
