"""A small network, trained epoch by epoch; dataset, experiment and model version enter one commit."""

import warnings

import numpy as np
import plotly.graph_objects as go
import polars as pl
from PIL import Image
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from palantir_models.transforms import ModelOutput
from pipelines.digits.adapter import DigitsAdapter, as_matrix
from transforms.api import Input, IntegerParam, Output, transform

DIGITS = list(range(10))
PARAMETERS = {"hidden_units": 48, "learning_rate": 2e-3, "batch_size": 64}


@transform.using(
    raw=Input("/examples/digits/raw"),
    epochs=IntegerParam(25, description="How often the network sees every digit"),
    model=ModelOutput("/examples/digits/model"),
    predictions=Output("/examples/digits/predictions"),
)
def digits_train(raw, epochs, model, predictions):
    """Train, log every epoch, and keep what went wrong as pictures."""
    train, test = train_test_split(raw.pandas(), test_size=0.25, random_state=0)
    network = MLPClassifier(
        (PARAMETERS["hidden_units"],),
        learning_rate_init=PARAMETERS["learning_rate"],
        batch_size=PARAMETERS["batch_size"],
        random_state=0,
    )
    experiment = model.create_experiment(name="network")
    experiment.log_params({**PARAMETERS, "epochs": epochs.value, "rows": len(train)})
    for epoch in range(epochs.value):
        log_epoch(experiment, network, train, test, epoch)
    adapter = DigitsAdapter(network)
    scored = adapter.transform(test).read
    log_mistakes(experiment, scored)
    log_summary(experiment, scored)
    predictions.write_table(pl.from_pandas(scored[["digit_id", "digit", "prediction"]]))
    model.publish(model_adapter=adapter, experiment=experiment)


def log_epoch(experiment, network, train, test, epoch):
    """Let the network see the training digits once, and log how it does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.partial_fit(as_matrix(train["pixels"]), train["digit"], classes=DIGITS)
    chances = network.predict_proba(as_matrix(test["pixels"]))
    experiment.log_metrics(
        {
            "train/loss": network.loss_,
            "test/loss": log_loss(test["digit"], chances, labels=DIGITS),
            "test/accuracy": accuracy_score(test["digit"], chances.argmax(axis=1)),
        },
        step=epoch,
    )


def log_mistakes(experiment, scored, most=8):
    """Log pictures of digits that were read wrong."""
    wrong = scored[scored["digit"] != scored["prediction"]]
    for row in wrong.head(most).itertuples():
        pixels = np.array(row.pixels, dtype=float).reshape(8, 8) / 16 * 255
        picture = Image.fromarray(pixels.astype("uint8")).resize((128, 128), Image.Resampling.NEAREST)
        experiment.log_image("mistakes", picture, caption=f"A {row.digit} read as {row.prediction}")


def log_summary(experiment, scored):
    """Log the confusion matrix as a figure and a table with a row per digit."""
    matrix = confusion_matrix(scored["digit"], scored["prediction"], labels=DIGITS)
    figure = go.Figure(go.Heatmap(z=matrix, x=DIGITS, y=DIGITS, colorscale="Blues", texttemplate="%{z}"))
    figure.update_layout(xaxis_title="read as", yaxis_title="written", yaxis_autorange="reversed")
    experiment.log_plot("confusion", figure, caption="Digits of the test by what they were read as")
    scores = f1_score(scored["digit"], scored["prediction"], labels=DIGITS, average=None)
    leaderboard = pl.DataFrame({"digit": DIGITS, "f1": scores, "test_digits": matrix.sum(axis=1)})
    experiment.log_table("leaderboard", leaderboard.sort("f1", descending=True), description="Best read digits first")
