"""Keeps numpy's linear algebra on one processor.

A search multiplies a matrix by one vector, which is over in a millisecond.
Spread over all processors, as libraries do by default, the same product waits
for threads to wake: 12 ms were measured for 1,300 vectors.
"""

from __future__ import annotations

import os

#: Set to "1" before numpy is imported, any of these does the same at no cost.
_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def pin() -> None:
    """Limits the linear algebra of this process to one thread; what has more to do can lift the limit for itself."""
    if any(os.environ.get(name) == "1" for name in _VARIABLES):
        return
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1, user_api="blas")
