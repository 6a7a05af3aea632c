"""Years and months in the words around a title, and the venues that they stand with."""

from __future__ import annotations

import re

from tracker.sources.inline import without_bare_urls

YEAR = r"(?:19[4-9]\d|20[0-4]\d)"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(rf"(?<![\d.])({YEAR})\s*[-./年]\s*(0?[1-9]|1[0-2])(?!\d)")
_DATE_BACK = re.compile(rf"(?<!\d)(0?[1-9]|1[0-2])\s*[-./]\s*({YEAR})(?!\d)")
_MONTH = re.compile(
    rf"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s+(?:\d{{1,2}},?\s+)?({YEAR})\b", re.I
)
_YEARS = re.compile(
    rf"(?<![\d.:/-])({YEAR})(?!\.\d{{4}}|\d)|\b[A-Z][A-Za-z]+\s?['’]\s?(\d\d)\b|(?<=[A-Za-z])({YEAR})\b"
)
VENUE = re.compile(
    r"\b(?:arxiv|preprint|neurips|nips|icml|iclr|cvpr|iccv|eccv|wacv|bmvc|aaai|ijcai|acl|emnlp|naacl|eacl|coling|tacl"
    r"|tmlr|jmlr|kdd|www|sigir|cikm|wsdm|recsys|siggraph|icra|iros|corl|rss|interspeech|icassp|miccai|uai|aistats"
    r"|colt|nature|science|pnas|ieee|acm|tpami|ijcv|transactions|journal|proceedings|conference|workshop|thesis"
    r"|technical report)\b",
    re.I,
)


def date_in(text: str) -> tuple[int | None, int | None]:
    """The first year named in ``text``, and its month where one stands with it."""
    text = re.sub(r"\barxiv\s*[:/]?\s*\d{4}\.\d{4,5}(?:v\d+)?", " ", without_bare_urls(text), flags=re.I)
    if match := _DATE.search(text):
        return int(match[1]), int(match[2])
    if match := _DATE_BACK.search(text):
        return int(match[2]), int(match[1])
    if match := _MONTH.search(text):
        return int(match[2]), MONTHS.index(match[1].casefold()) + 1
    if match := _YEARS.search(text):
        if match[2]:
            short = int(match[2])
            return (2000 if short < 50 else 1900) + short, None
        return int(match[1] or match[3]), None
    return None, None
