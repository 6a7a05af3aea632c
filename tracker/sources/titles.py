"""Which words of an entry are its title, and what is set around a title by habit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from tracker.sources.asides import is_aside, without_asides
from tracker.sources.dates import VENUE, YEAR
from tracker.sources.evidence import label_role
from tracker.sources.inline import PICTOGRAPHS, Spans, runs, squeezed, unquoted
from tracker.sources.linked import ReadLink
from tracker.sources.people import leads_with_names, names_in, people

TitleKind = Literal["link", "quoted", "bold", "italic", "plain"]

_QUOTED = re.compile(r"[\"“]([^\"“”]{2,400})[\"”]|「([^「」]{2,200})」|《([^《》]{2,200})》")
_SHORTCODE = re.compile(r":[a-z0-9_+-]+:")
FIELD = re.compile(
    r"^\W*(?:title|name|authors?|by|paper|papers?\s*(?:link|title|url)?|pdf|arxiv|link|url|venue|conference|journal|year"
    r"|date|published(?:\s+in)?|publication|institutions?|affiliations?|abstract|summary|tl;?\s*dr|notes?|comments?"
    r"|description|keywords?|tags?|code|github|project(?:\s*page)?|homepage|website|demo|video|data(?:sets?)?|blog"
    r"|slides|poster|models?|bibtex|cite|论文|代码|作者|标题)\s*(?:\([^()]*\))?\s*[:：]\s*",
    re.I,
)
#: What may stand before a title: numbers, dates, venues in brackets, boxes to tick, names of fields.
LEAD = re.compile(
    rf"^(?:\s|[{PICTOGRAPHS}•●▪◦‣*#|]|:[a-z0-9_+-]+:|\[[ xX]?\]|\[\d+\]|\d{{1,4}}[.)](?=\s)|[-–—:：,.](?=\s)"
    r"|\[[^\[\]]{2,40}\](?!\()|\((?=[^()]*\d)[^()]{2,40}\)|【[^【】]{2,40}】|\d{4}[-./]\d{1,2}(?:[-./]\d{1,2})?"
    r"|(?:19|20)\d\d(?=\s*[-–—:：,|])|\d{1,2}[-./](?:19|20)\d\d)+"
)
_CITED = re.compile(rf"^(?P<who>[^()\"“]{{3,300}})\({YEAR}[^()]{{0,12}}\)[.,:]?\s+(?P<title>[^.?!\[]{{8,300}}[?!]?)")
#: "…, Stone et al." behind a title.
_TRAILING_NAME = re.compile(r"(?<=\w{3}),\s+(?:[A-Z][\w.'’-]*\s+){1,3}et\.?\s+al\.?\W*$")
_TRAILING_YEAR = re.compile(rf"(?<=[^\W\d_]{{2}}[.?!])\s+{YEAR}\W*$")
_ALIAS = re.compile(r"^(?P<title>.*\S)\s*\((?P<alias>[^()]{1,60})\)\s*$", re.S)


def title_of(spans: Spans, found: Sequence[ReadLink], whole: str) -> tuple[str, TitleKind] | None:
    """The words most likely to be the title, as they stand in the text, and how they are set off."""
    linked = [link for link in found if link.own and _titular(link.link.label)]
    papers = [link for link in linked if link.role == "paper"]
    link = next(iter(linked), None)
    if link is not None and papers and papers[0] is not link and _next_to(link.link.label, papers[0].link.label, whole):
        link = papers[0]
    quoted = [m for match in _QUOTED.finditer(whole) if (m := next(g for g in match.groups() if g)).strip()]
    quoted = [text for text in quoted if word_count(text) >= 2 and label_role(text) is None]
    bold = [
        words
        for _, _, words in runs(spans, "bold")
        if _titular(words) and words[0] not in "([（" and not is_aside(words, _ahead(whole, words))
    ]
    bold_first = bold[0] if bold and len(LEAD.sub("", whole)[: max(0, whole.find(bold[0]))].split()) <= 30 else None
    if link is not None:
        label = link.link.label
        rivals = [text for text in (*quoted[:1], *([bold_first] if bold_first else [])) if word_count(text) >= 4]
        if word_count(label) > 3 or not rivals or (link.role == "paper" and word_count(label) > 2):
            return label, "link"
        return rivals[0], "quoted" if rivals[0] in quoted else "bold"
    earlier = bool(quoted and bold_first and whole.find(quoted[0]) < whole.find(bold_first))
    if quoted and (not bold_first or earlier or word_count(quoted[0]) >= 3 or word_count(bold_first) < 3):
        return quoted[0], "quoted"
    if bold_first and label_role(bold_first) is None:
        return bold_first, "bold"
    if cited := _cited_title(whole):
        return cited, "plain"
    for _, _, words in runs(spans, "italic"):
        ahead = _ahead(whole, words)
        aside = is_aside(words, ahead) or (people(words) if ahead.strip() else names_in(words))
        if word_count(words) >= 3 and not aside and label_role(words) is None:
            return words, "italic"
    return _plain_title(spans, whole)


def _cited_title(whole: str) -> str | None:
    """The title in a citation that gives people and year before it: "Stone, A., & Sand, B. (2018). A stone. …"."""
    match = _CITED.match(LEAD.sub("", squeezed(whole)))
    return match["title"].strip() if match and leads_with_names(match["who"].strip()) == 0 else None


def split_alias(text: str) -> tuple[str, str | None]:
    """Title and the short name in brackets behind it: ``"… Segmentation (U-Net)"``; a year in brackets is no name."""
    text = squeezed(text)
    match = _ALIAS.match(text)
    if match is None or re.fullmatch(r"[\d\W]+", match["alias"]):
        return text, None
    return match["title"].strip(), squeezed(match["alias"])


def clean_title(title: str) -> str:
    """The title without what is set around it: numbers, quotation marks, a year or venue in brackets, end marks."""
    text = squeezed(decluttered(title))
    text = FIELD.sub("", LEAD.sub("", text))
    text = unquoted(text)
    text = re.sub(rf"\s*[(\[（](?=[^()\[\]]*(?:{YEAR}|['’]\d\d))[^()\[\]]{{2,40}}[)\]）]\s*$", "", text)
    text = text.strip(" ,;:|*_-–—·")
    return text[:-1].rstrip() if text.endswith(".") and not text.endswith("..") else text


def ends_of(title: str) -> tuple[str, ...]:
    """What :func:`clean_title` removes from the ends, where dates and venues hide."""
    lead = LEAD.match(title)
    tail = re.search(r"[(\[（][^()\[\]]{2,40}[)\]）]\s*$", title)
    return ((lead[0],) if lead else ()) + ((tail[0],) if tail else ())


def alias_of(spans: Spans, title: str, whole: str) -> str | None:
    """A short name: words in bold or code set before the title, or one word in brackets behind it."""
    for start, _, words in sorted((*runs(spans, "bold"), *runs(spans, "code"))):
        name = unquoted(words).strip(" :：.,[]()")
        short = 1 <= len(name.split()) <= 3 and len(name) <= 30 and re.search(r"[A-Za-z]", name)
        bracketed = words[:1] in "[(" and words[-1:] in "])"  # a venue, a field
        if (
            short
            and not bracketed
            and not VENUE.search(name)
            and start <= 2
            and name.casefold() != title.casefold()
            and label_role(name) is None
            and whole.find(name) < whole.find(title)
        ):
            return name
        break
    _, alias = split_alias(title)
    return alias if alias and len(alias.split()) == 1 and re.search(r"[A-Z].*[A-Z]|[A-Z].*\d", alias) else None


def decluttered(text: str) -> str:
    """``text`` without ``:star:`` codes and invisible spaces."""
    return _SHORTCODE.sub(" ", text).replace("\u200b", "").replace("\xa0", " ")


def word_count(words: str) -> int:
    """How many words; Chinese and Japanese count three characters to a word."""
    return max(len(words.split()), len(re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]", words)) // 3)


def _next_to(name: str, title: str, whole: str) -> bool:
    """Whether a linked short name is followed at once by a linked title ("[DisC](code): [A Compressed …](paper)")."""
    start, end = whole.find(name) + len(name), whole.find(title)
    return word_count(name) <= 3 and 0 <= start <= end and len(re.findall(r"\w+", whole[start:end])) <= 1


def _plain_title(spans: Spans, whole: str) -> tuple[str, TitleKind] | None:
    """The first stretch of unmarked text: up to a link, bracket, dash or line's end, names at its head passed over."""
    lead = LEAD.match(whole)
    rest = whole[lead.end() :] if lead else whole
    rest = rest[_f.end() :] if (_f := FIELD.match(rest)) else rest
    first_link = next((span.text for span in spans if span.href is not None and span.text.strip()), None)
    cut = rest.find(first_link) if first_link else -1
    head = rest[:cut] if cut > 0 else rest
    head = without_asides(_behind_name(head), spans)
    head = re.split(r"\n|\s[-–—|]\s|\s\(|\s\[|\[\[|https?://|\s[-–—]$|,\s*(?:arXiv|In\s)", head.strip(), maxsplit=1)[0]
    sentences = re.split(r"(?<=[^\W\d_]{2}[.?!])\s+(?=[A-Z\"“])", head)
    if len(sentences) > 1 and names_in(sentences[0]) and _may_be_title(sentences[1]):
        sentences = sentences[1:]
    named = _TRAILING_YEAR.sub("", _TRAILING_NAME.sub("", sentences[0]))
    title = re.split(r"\s+by\s+(?=[A-Z])", named, maxsplit=1)[0].strip(" .,:;[(*")
    return (title, "plain") if title and label_role(title) is None else None


def _behind_name(head: str) -> str:
    """``head`` without the short name that a bar parts from the title ("MedSAM2 | Segment Anything in …")."""
    name, bar, rest = head.partition(" | ")
    following = rest.split(" | ", 1)[0]
    named = bar and 1 <= len(name.split()) <= 2 and word_count(following) >= 4 and "\n" not in name
    return rest if named and _may_be_title(following) else head


def _may_be_title(words: str) -> bool:
    """Whether ``words`` behind names or a short name are a title: neither people nor a venue nor a year."""
    return word_count(words) >= 2 and not names_in(words) and not is_aside(words, "")


def _ahead(whole: str, words: str) -> str:
    """What stands before ``words``, numbers and the like left out."""
    return LEAD.sub("", whole[: max(0, whole.find(words))])


def _titular(words: str) -> bool:
    return bool(re.search(r"[^\W\d_]{2,}", words)) and label_role(words) is None and not FIELD.fullmatch(words + ":")
