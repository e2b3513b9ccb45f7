"""Metric sets and evaluators as older code imports them; ``palantir_models.evaluations`` is what took their place."""

from foundry_ml_metrics.metric_set import MetricSet

__all__ = ["MetricSet"]
