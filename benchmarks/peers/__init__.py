"""Peers, measured on the same texts with the same model.

``environment`` runs in our Python and makes an environment of their own; the
``peer_*`` scripts run in that one and import nothing of ours.
"""
