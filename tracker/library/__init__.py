"""The facade's parts: each composes a few rooms for one purpose; only ``tracker.service`` uses them."""
