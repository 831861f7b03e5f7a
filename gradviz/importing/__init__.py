"""From a module that somebody wrote to a project of blocks."""
