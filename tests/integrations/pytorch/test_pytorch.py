"""PyTorch Lightning and transformers write into the experiment; ``make test-torch`` runs these, on the CPU."""

from __future__ import annotations

import lightning
import mlflow
import pytest
import torch
from lightning.pytorch.loggers import MLFlowLogger
from torch.utils.data import DataLoader, TensorDataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

EPOCHS, BATCHES, ROWS = 3, 4, 64


class Network(lightning.LightningModule):
    """A classifier of one layer."""

    def __init__(self, rate: float = 0.1) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(4, 2)

    def training_step(self, batch, index):
        """Log the loss of each step and epoch."""
        loss = self.loss(batch)
        self.log("loss", loss, on_step=True, on_epoch=True)
        return loss

    def validation_step(self, batch, index):
        """Log the loss of each epoch."""
        self.log("val_loss", self.loss(batch))

    def loss(self, batch):
        """The loss of a batch."""
        return torch.nn.functional.cross_entropy(self.layer(batch[0]), batch[1])

    def configure_optimizers(self):
        """Plain gradient descent."""
        return torch.optim.SGD(self.parameters(), lr=self.hparams.rate)


def fit(**options) -> lightning.Trainer:
    """Train for some epochs."""
    torch.manual_seed(0)
    features = torch.randn(ROWS, 4)
    rows = DataLoader(TensorDataset(features, (features.sum(1) > 0).long()), batch_size=ROWS // BATCHES)
    trainer = lightning.Trainer(
        max_epochs=EPOCHS,
        accelerator="cpu",
        enable_progress_bar=False,
        enable_checkpointing=False,
        enable_model_summary=False,
        log_every_n_steps=2,
        **options,
    )
    trainer.fit(Network(), rows, rows)
    return trainer


def steps(found) -> dict[str, list[int]]:
    """The steps of each series."""
    return {name: [step for step, _ in values] for name, values in found.metrics.items()}


def test_lightnings_logger(experiment, content, dropped):
    """Each series has Lightning's own steps, though the epoch is logged with each group of them."""
    run = experiment("FAIL")
    with run.as_mlflow_run() as active:
        logger = MLFlowLogger(run_id=active.info.run_id, tracking_uri=mlflow.get_tracking_uri())
        trainer = fit(logger=logger)
        mlflow.log_metric("after", 1)
    found = content(run)
    assert steps(found) == {
        "after": [0],
        "epoch": [1, 3, 5, 7, 9, 11],
        "loss_step": [1, 3, 5, 7, 9, 11],
        "loss_epoch": [3, 7, 11],
        "val_loss": [3, 7, 11],
    }
    assert found.metrics["val_loss"][-1][1] == pytest.approx(trainer.callback_metrics["val_loss"].item())
    assert found.params == {"rate": 0.1}
    assert dropped() == ""
    assert run.status == "RUNNING"


def test_lightnings_autologging(experiment, content, dropped):
    """A value for each epoch, of the optimizer's parameters too; models and checkpoints are dropped."""
    run = experiment("FAIL")
    with run.as_mlflow_run():
        mlflow.pytorch.autolog()
        fit(logger=False)
    found = content(run)
    assert steps(found) == {name: list(range(EPOCHS)) for name in ("loss", "loss_step", "loss_epoch", "val_loss")}
    assert (len(found.params), found.params["epochs"], found.params["optimizer_name"]) == (11, EPOCHS, "SGD")
    assert "1 model" in dropped()


def test_transformers(experiment, content, dropped, tmp_path):
    """Its callback logs the model's configuration and a value at every so many steps."""
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    model = BertForSequenceClassification(BertConfig(vocab_size=50, **shape))
    rows = [
        {
            "input_ids": torch.randint(0, 50, (8,)),
            "attention_mask": torch.ones(8, dtype=torch.long),
            "labels": torch.tensor(number % 2),
        }
        for number in range(32)
    ]
    arguments = TrainingArguments(
        output_dir=str(tmp_path),
        num_train_epochs=EPOCHS,
        per_device_train_batch_size=8,
        logging_steps=2,
        report_to=["mlflow"],
        use_cpu=True,
        save_strategy="no",
        disable_tqdm=True,
    )
    run = experiment("FAIL")
    with run.as_mlflow_run():
        Trainer(model=model, args=arguments, train_dataset=rows).train()
    found = content(run)
    assert steps(found)["loss"] == [2, 4, 6, 8, 10, 12]
    assert found.params["num_train_epochs"] == EPOCHS
    assert found.params["hidden_size"] == 16
    assert {"epoch", "grad_norm", "learning_rate", "train_loss", "train_runtime"} < set(found.metrics)
    assert len(found.params) > 100
    assert dropped() == ""
