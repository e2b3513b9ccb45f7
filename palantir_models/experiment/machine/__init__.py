"""What is known of the machine on which an experiment runs."""
