"""How much one client may ask: a token bucket each, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

#: Clients remembered; the one that asked longest ago is forgotten first, which gives it a full bucket.
REMEMBERED = 4096


@dataclass
class Buckets:
    """``rate`` requests a second in the long run, ``burst`` at once.  Used from one thread, the event loop's."""

    rate: float
    burst: float
    now: Callable[[], float]
    _held: OrderedDict[Hashable, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, client: Hashable, cost: float = 1.0) -> float:
        """Take from a client's bucket; 0.0, or the seconds until there is enough (nothing was taken then)."""
        now = self.now()
        level, at = self._held.pop(client, (self.burst, now))
        level = min(self.burst, level + (now - at) * self.rate)
        wait = max(0.0, (cost - level) / self.rate)
        self._held[client] = (level if wait else level - cost, now)
        if len(self._held) > REMEMBERED:
            self._held.popitem(last=False)
        return wait
