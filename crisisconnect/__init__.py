"""The command line, the supervisor and what a machine needs around the services."""
