"""Which entries are the same paper: names, evidence, precedence.  Everything here is pure.

* :mod:`~tracker.identity.ids` turns addresses and texts into identifiers.
* :mod:`~tracker.identity.match` weighs what two papers have in common.
* :mod:`~tracker.identity.merge` computes a paper from all that is said of it.
* :mod:`~tracker.identity.reconcile` follows a list's entries from one reading to the next.
* :mod:`~tracker.identity.combine` joins what a person wrote when two papers become one.
"""
