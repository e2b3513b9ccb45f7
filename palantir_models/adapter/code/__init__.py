"""The code that a version of a model keeps: found when it is saved, run beside the project's own when it is loaded."""
