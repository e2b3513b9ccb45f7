"""MLflow: the bridge through which it logs into an experiment, and the exchange of runs with its tracking stores."""
