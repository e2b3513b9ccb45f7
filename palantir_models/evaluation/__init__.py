"""Evaluations: what a version of a model scored on one set of data, committed with the job that found it out."""
