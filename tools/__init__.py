"""What maintainers run: ``python -m tools.run``, ``tools.refresh`` and their like."""
