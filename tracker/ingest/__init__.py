"""Fetch, parse, decide, store: the room that joins sources, identity, store and enrichment.

Each decision is one transaction, so that a crash between two of them leaves a
library that the next run completes.  Modules: ``fetching`` (ask a source),
``placing`` (which paper an entry is), ``deriving`` (a paper's row from all
that is known), ``lookups`` (what services answered), ``settling``
(duplicates), ``importing`` (files and identifiers a person hands in).
"""
