"""Pictures of how a loader works, as display lists."""
