"""Experiments: what a training job logs, validated, kept in columns and handed to the job's commit."""
