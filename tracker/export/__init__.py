"""Papers out to files and in from files, one format a module.

Every module has ``export(papers)``, which yields pieces of text as the papers
come, so that memory does not grow with the library; and ``parse(data, name)``,
which gives an :class:`~tracker.export.rows.ImportBatch`.
:mod:`~tracker.export.formats` names the formats.
"""
