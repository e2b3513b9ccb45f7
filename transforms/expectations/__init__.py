"""Expectations about data, declared: ``from transforms import expectations as E``.

Follows the public page transforms-python/data-expectations-reference. This package declares them;
``transforms.checks`` looks whether they hold.
"""

from transforms.expectations.columns import col
from transforms.expectations.datasets import count, dataset_ref, group_by, primary_key, schema
from transforms.expectations.expectation import Expectation
from transforms.expectations.logic import all, any, false, negate, true, when

__all__ = [
    "Expectation",
    "all",
    "any",
    "col",
    "count",
    "dataset_ref",
    "false",
    "group_by",
    "negate",
    "primary_key",
    "schema",
    "true",
    "when",
]
