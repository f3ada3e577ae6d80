"""How sure a model is, on our terms."""

import math
from typing import Final

SUREST: Final = 0.98
"""What a model that says 1.0 is taken to mean: nobody is always right."""


def calibrated(confidence: float, temperature: float) -> float:
    """What a model says of its own sureness, drawn towards one half.

    Models put nearly every answer at 0.9 or above, right or wrong. The log-odds are divided by the temperature: at 2,
    1.0 becomes 0.875 and 0.9 becomes 0.75; at 1 nothing but certainty itself is lowered.
    """
    sure = min(max(confidence, 1 - SUREST), SUREST)
    odds = math.log(sure / (1 - sure)) / temperature
    return 1 / (1 + math.exp(-odds))
