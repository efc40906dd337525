"""Shared preprocessing and metric functions of the notebooks, one module a task."""
