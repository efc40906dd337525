"""How many examples a property is tried on.

By default few; ``--hypothesis-profile thorough`` tries 1,000.
"""

from hypothesis import HealthCheck, settings

COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("quick", max_examples=20, **COMMON)
settings.register_profile("thorough", max_examples=1000, **COMMON)
settings.load_profile("quick")
