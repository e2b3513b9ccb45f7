"""The settings of a project, and where they and its parts are; this façade holds no logic."""

from transforms.config.settings import Config, load_config

__all__ = ["Config", "load_config"]
