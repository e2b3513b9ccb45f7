"""The bridge from MLflow: while a block runs, MLflow's calls and its autologging write into an experiment."""
