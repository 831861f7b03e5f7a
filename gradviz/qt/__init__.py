"""The window: thin views over the workspace; one widget a file."""
