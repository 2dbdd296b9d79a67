"""The patron's commands, his settings and his browsers."""
