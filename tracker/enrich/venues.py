"""The venue that an author names in arXiv's free text, where it is named without doubt."""

from __future__ import annotations

import re

#: Conferences and journals of the field that go by a short name of their own.
_NAMES = """
    NeurIPS NIPS ICML ICLR COLM TMLR JMLR MLSys AISTATS UAI COLT ALT ACML CoRL RLC AutoML
    ACL EMNLP NAACL EACL AACL COLING CoNLL TACL LREC INTERSPEECH Interspeech ICASSP ASRU SLT
    CVPR ICCV ECCV WACV BMVC 3DV ACCV SIGGRAPH MICCAI
    AAAI IJCAI ECAI AAMAS KDD WWW SIGIR WSDM CIKM RecSys ECIR SIGMOD VLDB ICDE
    ICRA IROS RSS CHI FAccT ISCA ASPLOS OSDI SOSP NSDI EuroSys USENIX
"""
_NAMED = re.compile(
    rf"\b(?P<name>{'|'.join(sorted(map(re.escape, _NAMES.split()), key=len, reverse=True))})"
    r"(?:[\s,'\u2019-]{0,3}(?P<year>(?:19|20)\d\d|\d\d(?![\d.])))?(?![\w/])"
)
_DOUBT = re.compile(
    r"\b(?:submitted|submission|under (?:\w+ )?review|in review|in preparation|rejected|workshops?|reviewed|style"
    r"|template|format|tutorial|challenge|withdrawn)\b",
    re.IGNORECASE,
)
_TAKEN = re.compile(
    r"\b(?:accepted|published|appear(?:s|ed|ing)?|presented|proceedings|camera[- ]ready|oral|poster|spotlight"
    r"|best paper|findings|main conference|long paper|short paper|in press|conference version|published as)\b",
    re.IGNORECASE,
)


def venue_of_reference(reference: str | None) -> str | None:
    """The venue of a journal reference: its short name and year where it has one, else the reference as it is."""
    if not reference:
        return None
    return _named(reference) or reference


def venue_of_comment(comment: str | None) -> str | None:
    """The venue that a comment says the paper appeared at; None where it is doubtful or a workshop."""
    if not comment:
        return None
    for sentence in re.split(r"[.;]\s+|\n", comment):
        named = _named(sentence)
        if named and (_TAKEN.search(sentence) or re.search(r"\d$", named)):
            return named
    return None


def _named(text: str) -> str | None:
    if _DOUBT.search(text):
        return None
    match = _NAMED.search(text)
    if match is None:
        return None
    year = match["year"]
    if year and len(year) == 2:
        year = f"{'19' if int(year) >= 80 else '20'}{year}"
    return f"{match['name']} {year}" if year else match["name"]
