"""What public services know about the papers of the lists: abstracts, authors, dates, venues, code, results.

One module per service, pure around the wire (``request`` and ``parse``);
:mod:`~tracker.enrich.plan` decides what is due, :mod:`~tracker.enrich.runner`
asks it and hands the outcomes to the caller, who stores them.
"""
