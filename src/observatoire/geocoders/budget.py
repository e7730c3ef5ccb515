"""Time that geocoding may take: an import waits for a service so long and no longer."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Clock = Callable[[], float]


@dataclass(slots=True)
class Budget:
    """Seconds left, from the moment it is made; ``pause`` never sleeps past the end."""

    seconds: float
    clock: Clock = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        self._end = self.clock() + self.seconds

    @property
    def left(self) -> float:
        """Seconds left, 0 at the end."""
        return max(0.0, self._end - self.clock())

    def pause(self, seconds: float) -> bool:
        """Sleep; false, without sleeping, when so much time is not left."""
        if seconds >= self.left:
            return False
        self.sleep(seconds)
        return True
