"""MLflow: experiments as active runs, and experiments that go to a tracking server or come from one."""
