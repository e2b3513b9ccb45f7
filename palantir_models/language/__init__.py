"""Language models that a platform hosts: they can be declared, so that files import, and refuse when a job needs one."""
