"""What a project may name: what gradviz brings, and what trusted files of the user add."""
