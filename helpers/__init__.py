"""What several notebooks share, one module a task; plumbing in the others.

What a notebook shows in full is headed there ``# Same as helpers.…``; a test keeps the
two alike.
"""
