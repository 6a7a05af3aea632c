"""The identifier schemes: how each one is spelled, and in which addresses it stands.

Each ``*_of`` function takes the parts of an address (host already folded) and
gives the normalised value, or None.  A value that is not well formed is None:
one malformed arXiv id spoils a whole batch at the arXiv API.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote

_ARCHIVES = (
    "astro-ph|cond-mat|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|nlin|nucl-ex|nucl-th|physics|quant-ph|math|cs|q-bio"
    "|q-fin|stat|eess|econ|acc-phys|adap-org|alg-geom|ao-sci|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|dg-ga"
    "|funct-an|mtrl-th|patt-sol|plasm-ph|q-alg|solv-int|supr-con"
)
_ARXIV_NEW = re.compile(r"(\d{2})(\d{2})\.(\d{4,5})(?:v\d+)?")
_ARXIV_OLD = re.compile(rf"({_ARCHIVES})(?:\.[a-z-]{{2,}})?/(\d{{2}})(\d{{2}})(\d{{3}})(?:v\d+)?", re.IGNORECASE)
#: What stands around an arXiv id where people and catalogues write it: ``arXiv:1706.03762v7 [cs.CL] 2 Aug 2023`` is
#: the stamp on the paper's own margin, ``oai:arXiv.org:1706.03762`` its name in OAI-PMH.
_ARXIV_BEFORE = re.compile(r"(?:(?:oai:)?arxiv(?:\.org)?(?:\s*:\s*|\s+))+", re.IGNORECASE)
_ARXIV_BEHIND = re.compile(r"\s*\[[A-Za-z-]+(?:\.[A-Za-z-]+)?\](?:\s+\d{1,2}\s+[A-Za-z]{3}\s+\d{4})?$")
_ARXIV_BIBCODE = re.compile(r"\d{4}arXiv(\d{4})\.?(\d{4,5})[A-Za-z]")

ARXIV_HOSTS = re.compile(
    r"(?:[a-z0-9-]+\.){0,2}arxiv\.org|xxx\.lanl\.gov|(?:xxx|arxiv)\.(?:lanl\.gov|itp\.ac\.cn)|ar5iv\.org"
)
_ARXIV_PATH = re.compile(
    r"/(?:abs|pdf|html|format|ps|e-print|src|dvi|tex|bibtex|cits|refs|versions|show-email|other)/(.+)",
    re.IGNORECASE,
)
#: Papers that came as a PDF only: ``/ftp/arxiv/papers/1706/1706.03762.pdf``, ``/ftp/cs/papers/0112/0112017.pdf``.
_ARXIV_FTP = re.compile(r"/ftp/([a-z-]+)/papers/\d{4}/([^/]+)", re.IGNORECASE)
#: Sites that show arXiv papers under their arXiv ids.
_ARXIV_MIRRORS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("alphaxiv.org", re.compile(r"/(?:[a-z]{2}/)?(?:abs|pdf|html|overview|audio|resources|models)/(.+)")),
    ("huggingface.co", re.compile(r"/papers/(.+)")),
    ("hf.co", re.compile(r"/papers/(.+)")),
    ("paperswithcode.co", re.compile(r"/(?:paper|papers|api/v1/papers)/(.+)")),
    ("scirate.com", re.compile(r"/arxiv/(.+)")),
    ("arxiv-vanity.com", re.compile(r"/papers/(.+)")),
    ("semanticscholar.org", re.compile(r"/arxiv[/:](.+)", re.IGNORECASE)),
    ("api.semanticscholar.org", re.compile(r"/arxiv:(.+)", re.IGNORECASE)),
    ("papers.cool", re.compile(r"/arxiv/(.+)")),
    ("emergentmind.com", re.compile(r"/papers/(.+)")),
)

_DOI_BEFORE = re.compile(r"(?:info:doi/|(?:urn:)?doi(?:\s*:\s*|\s+))+", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_DOI_HOSTS = ("doi.org", "dx.doi.org", "doi.acm.org", "hdl.handle.net")
#: Publishers whose addresses carry the DOI as it is, followed by a word for the page at most.
_PUBLISHERS = """
    dl.acm.org link.springer.com springer.com onlinelibrary.wiley.com science.org science.sciencemag.org pnas.org
    tandfonline.com frontiersin.org epubs.siam.org projecteuclid.org biorxiv.org medrxiv.org journals.plos.org
    direct.mit.edu mitpressjournals.org journals.aps.org link.aps.org iopscience.iop.org pubs.acs.org pubs.rsc.org
    royalsocietypublishing.org journals.sagepub.com worldscientific.com academic.oup.com nejm.org annualreviews.org
    psycnet.apa.org cambridge.org degruyter.com pubsonline.informs.org aip.scitation.org pubs.aip.org thelancet.com
    asa.scitation.org journals.physiology.org osapublishing.org spiedigitallibrary.org ahajournals.org emerald.com
    chemrxiv.org sciencedirect.com ojs.aaai.org journals.uchicago.edu igi-global.com peerj.com elifesciences.org
    copernicus.org biomedcentral.com springeropen.com cell.com bmj.com karger.com
"""
_DOI_PUBLISHERS = tuple(_PUBLISHERS.split())
_DOI_PAGE = re.compile(
    r"(?:/(?:full|pdf|epdf|pdfdirect|abstract|abs|html|meta|epub|summary|references|figures|metrics|media|suppl|xml"
    r"|fulltext|full-text|article-info|supplementary-material|cover|toc|BibTeX|fulltext\.html)"
    r"|\.(?:full|pdf|html?|abstract|short|long|full-text|epdf|supplementary-material))+$",
    re.IGNORECASE,
)
_PREPRINT_VERSION = re.compile(r"(10\.(?:1101|64898)/[\d.]+)v\d+.*")
_IMS_JOURNALS = re.compile(r"/euclid\.((?:aos|aoms|aoas|aoap|aop|ss)/\d{10})")
_BRACKETS = {")": "(", "]": "[", "}": "{", ">": "<"}

_OPENREVIEW_ID = re.compile(r"[A-Za-z0-9_-]{6,16}")
_ACL_OLD = re.compile(r"([A-Za-z])(\d{2})-(\d{4})")
_ACL_NEW = re.compile(r"(\d{4})\.([a-z0-9_]+)-([a-z0-9_]+)\.(\d+)", re.IGNORECASE)
_PMLR = re.compile(
    r"(?:/proceedings/papers)?/(v\d+|r\d+)/([a-z][\w-]*?\d{2}[a-z]*)(?:\.html|\.pdf|-supp\.pdf|\.bib|/.*)?",
    re.IGNORECASE,
)
_PMLR_ON_GITHUB = re.compile(r"/mlresearch/(v\d+)/(?:blob/)?[\w/]*?/assets/([^/]+)/[^/]+")
_NEURIPS = re.compile(r"/(?:paper_files/)?paper/(\d{4})/(?:hash|file)/([0-9a-f]{32})(?:-.*)?", re.IGNORECASE)
_NEURIPS_NUMBER = re.compile(r"/paper/(\d{1,5})(?:-[\w.-]*)?")
_CVF = re.compile(r"/(?:openaccess/)?content[^/]*/(?:.+/)?([^/]+)_(?:paper|supplemental)\.(?:html|pdf)", re.IGNORECASE)
_JMLR = re.compile(r"/papers/(?:v|volume)(\d+)/([\w-]+?)(?:\.html|\.pdf|\.bib|/.*)?")
_JMLR_VALUE = re.compile(r"v\d+/[\w-]+")


def arxiv_id(text: str) -> str | None:
    """``1706.03762v5`` and ``math.GT/0309136`` without version and subject class; None where it is no arXiv id."""
    text = text.strip().strip("/")
    if new := _ARXIV_NEW.fullmatch(text):
        year, month, number = new.groups()
        digits = 5 if int(year) >= 15 else 4
        credible = int(year + month) >= 704 and 1 <= int(month) <= 12 and len(number) == digits
        return f"{year}{month}.{number}" if credible else None
    if old := _ARXIV_OLD.fullmatch(text):
        archive, year, month, number = old.groups()
        # the old style ran from August 1991 to March 2007
        credible = 1 <= int(month) <= 12 and (int(year) >= 91 or int(year + month) <= 703)
        return f"{archive.lower()}/{year}{month}{number}" if credible else None
    return None


def arxiv_written(text: str) -> str | None:
    """An arXiv id as people, catalogues and the stamp on a paper write it; None where the text is anything more."""
    text = " ".join(text.split())
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    return arxiv_id(_ARXIV_BEHIND.sub("", _without(_ARXIV_BEFORE, text)))


def _without(before: re.Pattern[str], text: str) -> str:
    """The text without what it begins with."""
    return text[found.end() :] if (found := before.match(text)) else text


def arxiv_of(host: str, path: str) -> str | None:
    """The arXiv id in an address of arXiv, its mirrors, or a site that shows its papers."""
    path = unquote(path)
    if ARXIV_HOSTS.fullmatch(host):
        if ftp := _ARXIV_FTP.fullmatch(path):
            path = ftp[2] if ftp[1].lower() == "arxiv" else f"{ftp[1]}/{ftp[2]}"
        match = _ARXIV_PATH.fullmatch(path)
        tail = _without(_ARXIV_BEFORE, match[1] if match else path.lstrip("/"))
    elif host == "ui.adsabs.harvard.edu" and (found := _ARXIV_BIBCODE.search(path)):
        return arxiv_id(f"{found[1]}.{found[2]}")
    else:
        mirror = next((m for site, pattern in _ARXIV_MIRRORS if host == site and (m := pattern.fullmatch(path))), None)
        if mirror is None:
            return None
        tail = mirror[1]
    tail = re.sub(r"[).,;:\]}>*]+$", "", tail.strip())
    tail = re.sub(r"\.(?:pdf|ps|ps\.gz|html)$", "", tail, flags=re.IGNORECASE)
    pieces = tail.split("/")
    return arxiv_id(pieces[0]) or arxiv_id("/".join(pieces[:2]))


def doi_value(text: str) -> str | None:
    """A DOI in lower case, unescaped, without what sentences and pages hang on it; None where it is no DOI."""
    match = _DOI.fullmatch(text.strip())
    if match is None:
        return None
    doi = match[0].casefold()
    while True:
        shorter = doi.rstrip(".,;:'\"…*/?#&=!’”»")
        while shorter and _unbalanced(shorter):
            shorter = shorter[:-1]
        shorter = re.sub(r"[(\[{<]$", "", shorter)
        if shorter == doi:
            break
        doi = shorter
    if preprint := _PREPRINT_VERSION.fullmatch(doi):
        doi = preprint[1]
    return doi if _DOI.fullmatch(doi) and not doi.startswith("10.1.1.") else None


def _unbalanced(text: str) -> bool:
    """Does it end in a closing bracket that nothing opened?  Some DOIs of Wiley and Elsevier end in a pair."""
    opening = _BRACKETS.get(text[-1])
    return opening is not None and text.count(opening) < text.count(text[-1])


def doi_of(host: str, path: str, query: str) -> str | None:
    """The DOI in an address of the resolver, of a publisher, or of Nature and Project Euclid, who shorten it."""
    path = unquote(path)
    if host in _DOI_HOSTS:
        return doi_value(path.lstrip("/"))
    if host == "nature.com":
        return _nature(path)
    if host == "projecteuclid.org" and (ims := _IMS_JOURNALS.fullmatch(path)):
        return f"10.1214/{ims[1]}"
    known = any(host == p or host.endswith("." + p) for p in _DOI_PUBLISHERS)
    inside = re.search(r"/(10\.\d{4,9}/.+)$" if known else r"/doi/(?:\w+/)?(10\.\d{4,9}/.+)$", path)
    if inside is None:
        named = parse_qs(query)
        value = next((v[0] for k in ("doi", "id") if known and (v := named.get(k))), "")
        return doi_value(value)
    return doi_value(_without_page(host, inside[1]))


def _without_page(host: str, doi: str) -> str:
    doi = _DOI_PAGE.sub("", doi.rstrip("/"))
    if host.endswith("oup.com"):  # .../doi/10.1093/bib/bbx123/4567890: the last number is the page's own
        doi = re.sub(r"/\d{6,}$", "", doi)
    return doi


def _nature(path: str) -> str | None:
    if (inside := re.search(r"/(10\.1038/[^/]+)", path)) is not None:
        return doi_value(_DOI_PAGE.sub("", inside[1]))
    article = re.match(r"/articles/([^/]+)", path)
    if article is None:
        return None
    name = re.sub(r"[^A-Za-z0-9.-]+", "", article[1])
    return doi_value("10.1038/" + _DOI_PAGE.sub("", name)) if re.search(r"\d{3}", name) else None


def openreview_of(host: str, path: str, query: str) -> str | None:
    """The forum's id, which the list of its revisions has too.

    One revision (``/references/pdf``) and attachments of other kinds have ids of their own, and say nothing.
    """
    if host != "openreview.net" or path not in ("/forum", "/pdf", "/attachment", "/revisions"):
        return None
    value = parse_qs(query).get("id", [""])[0].strip().rstrip(").,;")
    return value if _OPENREVIEW_ID.fullmatch(value) else None


def acl_id(text: str) -> str | None:
    """``P19-1001`` (letter in upper case) or ``2020.acl-main.1`` (lower case); None for volumes, which end in zeros."""
    if old := _ACL_OLD.fullmatch(text):
        whole_volume = old[3].endswith("000") or (old[1].upper() == "W" and old[3].endswith("00"))
        return None if whole_volume else f"{old[1].upper()}{old[2]}-{old[3]}"
    if (new := _ACL_NEW.fullmatch(text)) and int(new[4]) > 0:
        return text.lower()
    return None


def acl_of(host: str, path: str) -> str | None:
    """The id in an address of the ACL Anthology, today's and the former one's."""
    if host in ("aclanthology.org", "aclanthology.info", "aclanthology.coli.uni-saarland.de", "aclweb.org"):
        last = path.rstrip("/").rpartition("/")[2]
        return acl_id(re.sub(r"(?:v\d+)?\.(?:pdf|bib|html|xml)$", "", last))
    return None


def acl_of_doi(doi: str) -> str | None:
    """ACL registers its DOIs by its own ids: ``10.18653/v1/p19-1001``."""
    match = re.fullmatch(r"10\.(?:18653|3115)/v1/(.+)", doi)
    return acl_id(match[1]) if match else None


def pmlr_of(host: str, path: str) -> str | None:
    """``v37/ioffe15`` from the page, the PDF in any of its places, or the former address at JMLR."""
    if host == "proceedings.mlr.press" or (
        host in ("jmlr.org", "jmlr.csail.mit.edu") and path.startswith("/proceedings")
    ):
        match = _PMLR.fullmatch(path)
    elif host in ("raw.githubusercontent.com", "github.com"):
        match = _PMLR_ON_GITHUB.fullmatch(path)
    else:
        return None
    return f"{match[1].lower()}/{match[2].lower()}" if match else None


def neurips_of(host: str, path: str) -> str | None:
    """``2017/<hash>``, or the running number of the former addresses (the two cannot be computed from each other)."""
    tracks = {"papers.nips.cc": "", "proceedings.neurips.cc": "", "papers.neurips.cc": "", "books.nips.cc": ""}
    tracks["datasets-benchmarks-proceedings.neurips.cc"] = "db"
    if host not in tracks:
        return None
    if match := _NEURIPS.fullmatch(path):
        return f"{tracks[host]}{match[1]}/{match[2].lower()}"
    number = _NEURIPS_NUMBER.fullmatch(path.removesuffix(".pdf"))
    # a bare year is the volume
    return number[1] if number and not (1987 <= int(number[1]) <= 2100 and "-" not in path) else None


def cvf_of(host: str, path: str) -> str | None:
    """The file name that page and PDF share: ``liu_a_convnet_for_the_2020s_cvpr_2022``."""
    if host not in ("openaccess.thecvf.com", "cv-foundation.org"):
        return None
    match = _CVF.fullmatch(unquote(path))
    return match[1].casefold() if match else None


def jmlr_of(host: str, path: str) -> str | None:
    """``v3/blei03a`` from the page or the PDF."""
    if host not in ("jmlr.org", "jmlr.csail.mit.edu"):
        return None
    match = _JMLR.fullmatch(path)
    return f"v{match[1]}/{match[2].lower()}" if match else None


def normalise(scheme: str, value: str) -> str | None:
    """The value of any scheme but ``url`` in its one spelling; None where it is not well formed."""
    value = value.strip()
    match scheme:
        case "arxiv":
            return arxiv_written(value)
        case "doi":
            return doi_value(_without(_DOI_BEFORE, value))
        case "openreview":
            return value if _OPENREVIEW_ID.fullmatch(value) else None
        case "acl":
            return acl_id(value)
        case "pmlr":
            return value.lower() if re.fullmatch(r"[vr]\d+/[\w-]+", value, re.IGNORECASE) else None
        case "neurips":
            return value.lower() if re.fullmatch(r"(?:db)?\d{4}/[0-9a-f]{32}|\d{1,5}", value, re.IGNORECASE) else None
        case "cvf":
            return value.casefold() if re.fullmatch(r"[^\s/]+", value) else None
        case "jmlr":
            return value.lower() if _JMLR_VALUE.fullmatch(value) else None
    return None
