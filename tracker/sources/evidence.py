"""What a link, a label or a heading says about whether something is a paper."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from tracker.sources.inline import PICTOGRAPHS, squeezed, words

LinkRole = Literal["paper", "code", "beside", "open"]
"""``paper``: the work itself.  ``code``: its code.  ``beside``: something else about it (video, post, shop, social
page).  ``open``: an address that says nothing by itself."""

Polarity = Literal["papers", "neutral", "other", "never"]
"""What a section holds: papers by its name; anything; other things than papers; things that are no entries at all."""


# ---------------------------------------------------------------- hosts

#: Places that hold papers and little else.
_PAPER_HOSTS = re.compile(
    r"""^(?:[\w-]+\.)*(?:
        arxiv\.org | alphaxiv\.org | ar5iv\.org | openreview\.net | aclanthology\.(?:org|info) | aclweb\.org | doi\.org
      | proceedings\.mlr\.press | jmlr\.(?:org|csail\.mit\.edu) | (?:papers|proceedings)\.(?:nips|neurips)\.cc
      | openaccess\.thecvf\.com | cv-foundation\.org | ecva\.net | bmva-archive\.org\.uk | isca-speech\.org
      | isca-archive\.org | roboticsproceedings\.org | roboticsfoundation\.org
      | ieeexplore\.ieee\.org | computer\.org | dl\.acm\.org | portal\.acm\.org | link\.springer\.com
      | sciencedirect\.com | linkinghub\.elsevier\.com | nature\.com | science\.org | sciencemag\.org | cell\.com
      | pnas\.org | onlinelibrary\.wiley\.com | tandfonline\.com | journals\.sagepub\.com | academic\.oup\.com
      | direct\.mit\.edu | mitpressjournals\.org | mdpi\.com | frontiersin\.org | plos\.org | hindawi\.com
      | royalsocietypublishing\.org | iopscience\.iop\.org | journals\.aps\.org | pubs\.acs\.org | epubs\.siam\.org
      | worldscientific\.com | jstor\.org | projecteuclid\.org | psycnet\.apa\.org | degruyter\.com | emerald\.com
      | cambridge\.org | thelancet\.com | nejm\.org | bmj\.com | elifesciences\.org | peerj\.com | jair\.org
      | biorxiv\.org | medrxiv\.org | chemrxiv\.org | techrxiv\.org | preprints\.org | osf\.io | ssrn\.com
      | researchsquare\.com | pubmed\.ncbi\.nlm\.nih\.gov | ncbi\.nlm\.nih\.gov | europepmc\.org
      | semanticscholar\.org | semantic\.scholar\.org | citeseerx?\.ist\.psu\.edu | dblp\.org | hal\.science
      | hal\.inria\.fr | archives-ouvertes\.fr | eprint\.iacr\.org | vldb\.org | usenix\.org | ijcai\.org | aaai\.org
      | mlsys\.org | interspeech\d*\.org | lrec-conf\.org | colingconf\.org | diglib\.eg\.org | drops\.dagstuhl\.de
      | ceur-ws\.org | rss\d*\.org | scholarworks\.\w+\.edu | spiedigitallibrary\.org | distill\.pub
      | transformer-circuits\.pub
    )$""",
    re.X | re.I,
)
#: Sites that hold papers among other things, by path.
_PAPER_PAGES = re.compile(
    r"""^(?:www\.)?(?:
        (?:huggingface\.co|hf\.co)/papers/ | researchgate\.net/publication/ | academia\.edu/\d
      | research\.google/pubs/(?!author)
      | research\.google\.com/pubs/(?!author) | ai\.google/research/pubs/ | static\.googleusercontent\.com/.*research
      | research\.(?:fb|facebook)\.com/publications/ | ai\.(?:meta|facebook)\.com/research/publications/
      | microsoft\.com/.*research/(?:publication|wp-content/uploads)
      | deepmind\.(?:com|google)/.*(?:publications|papers)/
      | paperswithcode\.com?/paper/ | amazon\.science/publications/ | machinelearning\.apple\.com/(?:papers|research)/
      | kdd\.org/.*accepted-papers | books\.google\.[\w.]+/books | papers\.cool/
    )""",
    re.X | re.I,
)
_CODE_HOSTS = re.compile(
    r"^(?:[\w-]+\.)*(?:github\.com|gist\.github\.com|gitlab\.com|gitee\.com|bitbucket\.org|sourceforge\.net"
    r"|codeberg\.org|code\.google\.com|colab\.research\.google\.com|kaggle\.com|huggingface\.co|hf\.co|modelscope\.cn"
    r"|pypi\.org|npmjs\.com|anaconda\.org|docker\.com|replicate\.com|tfhub\.dev|zenodo\.org|cran\.r-project\.org)$",
    re.I,
)
_BESIDE_HOSTS = re.compile(
    r"""^(?:[\w-]+\.)*(?:
        twitter\.com | x\.com | t\.co | youtube\.com | youtu\.be | vimeo\.com | bilibili\.com | b23\.tv | medium\.com
      | towardsdatascience\.com | substack\.com | linkedin\.com | facebook\.com | reddit\.com | zhihu\.com | csdn\.net
      | jianshu\.com | qq\.com | weibo\.com | discord\.(?:gg|com) | slack\.com | t\.me | telegram\.org | instagram\.com
      | mastodon\.\w+ | bsky\.app | stackoverflow\.com | stackexchange\.com | quora\.com | ycombinator\.com | dev\.to
      | hackernoon\.com | wikipedia\.org | wikimedia\.org | coursera\.org | udacity\.com | udemy\.com | edx\.org
      | fast\.ai | amazon\.(?:com|cn|co\.\w+) | amzn\.to | goodreads\.com | oreilly\.com | manning\.com | packtpub\.com
      | meetup\.com | eventbrite\.com | slideshare\.net | speakerdeck\.com | readthedocs\.(?:io|org) | slideslive\.com
      | videolectures\.net | ted\.com | awesome\.re | shields\.io | badge\.fury\.io | star-history\.com
      | api\.star-history\.com | creativecommons\.org | opensource\.org | contrib\.rocks | makeapullrequest\.com
      | buymeacoffee\.com | patreon\.com | paypal\.com | visitor-badge\.\w+ | hits\.\w+ | komarev\.com
      | scholar\.google\.[\w.]+ | google\.com | forms\.gle | wechat\.com | spotify\.com | podcasts\.apple\.com
      | join\.slack\.com | deeplearning\.ai | datacamp\.com | lesswrong\.com | alignmentforum\.org
    )$""",
    re.X | re.I,
)
_BLOG = re.compile(r"(?:^|[./-])blogs?(?:[./-]|spot|$)|(?:^|/)(?:posts?|news|tutorials?|courses?)/", re.I)
_FILE = re.compile(r"\.pdf(?:$|[?#])|\.ps(?:\.gz)?$|/pdf/|/doi/(?:abs|full|pdf)/|[?&](?:doi|arxiv)=", re.I)
_ARXIV_ID = re.compile(r"(?<![\d.])(\d{4}\.\d{4,5})(?:v\d+)?(?!\d)|arxiv\.org/\w+/([a-z-]+(?:\.[A-Z]{2})?/\d{7})", re.I)

# ---------------------------------------------------------------- labels

_PAPER_WORDS = words(
    """paper papers pdf arxiv abs abstract preprint doi openreview acl aclanthology anthology biorxiv medrxiv ssrn hal
    pmlr jmlr tmlr neurips nips icml iclr cvpr iccv eccv wacv bmvc aaai ijcai emnlp naacl eacl coling tacl conll kdd www
    sigir siggraph icra iros corl rss interspeech icassp ieee acm springer elsevier nature science sciencedirect wiley
    tpami pami ijcv journal conference proceedings manuscript report technical tech whitepaper thesis article
    publication publisher camera ready fulltext full text 论文 原文 版"""
)
_CODE_WORDS = words(
    """code codes github gitlab gitee git repo repository repos pytorch torch tensorflow tf tf2 keras jax flax mxnet
    caffe theano chainer matlab python cpp paddle paddlepaddle mindspore implementation implementations source sources
    colab notebook star stars forks 代码 源码 project-code toolkit library software package"""
)
_BESIDE_WORDS = words(
    """project projects page pages website web site homepage home demo demos video videos youtube bilibili slides slide
    poster posters talk talks blog blogs post posts tweet tweets twitter x thread data dataset datasets model models
    weights checkpoint checkpoints ckpt huggingface hf hugging face space spaces modelscope supp supplement
    supplementary supplemental material materials appendix bib bibtex bibtext cite citation review reviews notes note
    summary docs doc documentation discussion reddit zhihu 知乎 wechat podcast tutorial media news medium presentation
    recording leaderboard benchmark announcement api app playground interview forum license wiki
    主页 视频 博客 解读 数据集 数据"""
)
_FILLER_WORDS = words(
    """link links here official unofficial the this of in and or for a an to on by with only our new version v part
    author authors original full extended main online offline at see read download view more info reproduction third
    party community oral spotlight highlight award best re 中文 english en cn zh 链接 地址 official-code"""
)
#: Labels that on a place of papers mean the paper's own page.
_PAGE = re.compile(r"\b(?:page|web|website|site|homepage|project|review|forum|abstract|html)\b", re.I)
_SHORT_PREFIX = re.compile(r"\b(?:paper|code|page|demo|blog|github|website|video)s?$", re.I)

# ---------------------------------------------------------------- sections

_SECTION_NEVER = re.compile(
    r"""\b(?:contribut\w+|licen[sc]e|citations?|cite|citing|bibtex
      |acknowledge?ments?|thanks|credits|star[\s-]*history|contacts?|news|updates?|changelog|change\s+log
      |what'?s\s+new|announcements?|latest\s+(?:news|updates?)|maintainers?|sponsors?|backers|disclaimer|installation
      |install|quick\s*start|getting\s+started|usage|requirements|faq|to-?do|roadmap\s+of\s+this|join\s+us|hiring
      |about\s+(?:us|me|the\s+authors?)|taxonomy\s+figure|how\s+to\s+(?:contribute|use|cite))\b
      |^\W*(?:\w+\s+)?(?:people|researchers|authors)\W*$|更新|贡献|引用$""",
    re.X | re.I,
)
_SECTION_CONTENTS = re.compile(
    r"^\W*(?:tables?\s+of\s+contents?|contents?|toc|menu|index|outline|navigation|目录)\b.{0,12}$", re.I
)
_SECTION_PAPERS = re.compile(
    r"\b(?:papers?|publications?|preprints?|literature|must[\s-]reads?|reading\s+list|surveys?|articles?|proceedings)\b"
    r"|论文|综述",
    re.I,
)
_SECTION_OTHER = re.compile(
    r"""\b(?:tools?|toolkits?|toolbox(?:es)?|librar(?:y|ies)|frameworks?|software|packages?|codebases?
      |repositor(?:y|ies)|repos|projects|implementations?|code|demos?|apps?|products?|platforms?|services?|companies
      |startups?|blogs?|(?:blog\s*)?posts?|newsletters?|podcasts?|tutorials?|courses?|lectures?|lecture\s+notes|videos?
      |talks|slides|books?|textbooks?|resources?|websites?|links|lists|related\s+(?:lists?|repos?\w*|projects?)
      |workshops?|conferences?|journals?|events?|meetups?|communit(?:y|ies)|forums?|labs?
      |research\s+groups?|groups|jobs?|positions|competitions?|challenges|leaderboards?|checkpoints?|open\s+llms?
      |model\s+zoo|apis?|demonstrations?|thoughts|miscellaneous\s+links|deployment|serving|trending)\b
      |工具|教程|课程|博客|书籍|项目""",
    re.X | re.I,
)


#: A longer heading is a title or a sentence, and such a word in it tells nothing.
_LONGEST_TOPIC = 8


def host_of(url: str) -> str:
    """The host of ``url`` without ``www.``; "" when it has none that can be read."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def on_paper_host(url: str) -> bool:
    """Whether ``url`` lies where papers are published."""
    host = host_of(url)
    if host in ("arxiv.org", "semanticscholar.org") and not re.search(r"/\w+/[\w.-]*\d|/paper/", url):
        return False  # a listing
    if re.fullmatch(r"https?://[^/]*/?", url):
        return False  # the home page
    return bool(_PAPER_HOSTS.match(host)) or bool(_PAPER_PAGES.match(re.sub(r"^https?://", "", url, flags=re.I)))


def role_of(url: str, label: str = "") -> LinkRole:
    """What a link leads to, by its host, its file and its label; a label outweighs an address that says nothing."""
    words = label_role(label)
    if on_paper_host(url):
        return "paper" if words != "beside" or _PAGE.search(label) or arxiv_ids(url) else "beside"
    host = host_of(url)
    if _CODE_HOSTS.match(host):
        return "paper" if words != "code" and re.search(r"\.pdf(?:$|[?#])", url, re.I) else "code"
    if _BESIDE_HOSTS.match(host):
        return "beside"
    if _FILE.search(url) and (words != "beside" or _PAGE.search(label)):
        return "paper"
    if words in ("code", "beside"):
        return words
    if words == "paper":
        return "paper"
    return "beside" if _BLOG.search(url) else "open"


def label_role(label: str) -> LinkRole | None:
    """The role that a label names ("[pdf]", "PyTorch (lucidrains)", "📖 arXiv Paper"); None for a label of its own."""
    bare = re.sub(rf"[{PICTOGRAPHS}]|:[a-z_]+:", " ", label)
    bare = re.sub(r"\([^()]*\)|（[^（）]*）", " ", bare)
    words = [word for word in re.split(r"[^\w\u4e00-\u9fff]+", squeezed(bare).casefold()) if word]
    known = [word for word in words if not word.isdigit() and not re.fullmatch(r"v?\d[\d.]*v?\d*|\d+d?", word)]
    if not known:
        return "open" if len(label.strip()) < 20 else None
    kinds: dict[str, LinkRole] = dict.fromkeys(_BESIDE_WORDS, "beside")
    kinds |= dict.fromkeys(_CODE_WORDS, "code")
    kinds |= dict.fromkeys(_PAPER_WORDS, "paper")
    roles = [kinds[word] for word in known if word in kinds]
    if roles and all(word in kinds or word in _FILLER_WORDS for word in known):
        return "paper" if "paper" in roles and not {"code", "beside"} & set(roles[:1]) else roles[0]
    if all(word in _FILLER_WORDS for word in known):
        return "open"
    if len(words) > 1 and len(known) <= 3 and _SHORT_PREFIX.search(bare.strip()):
        return label_role(words[-1])
    return None


def is_mention(label: str) -> bool:
    """Whether a label speaks of a paper within a sentence ("this paper", "a recent work") instead of naming a link."""
    return bool(re.match(r"\W*(?:an?|the|this|that|these|those|our|their|its|his|her|another|some|yet)\s", label, re.I))


def speaks_of_a_work(label: str) -> bool:
    """Whether a label, article and all, is nothing but a word for a work ("our survey", "a recent study")."""
    kinds = r"(?:survey|review|overview|study|work|article|paper|preprint|report|thesis|position)"
    return bool(re.match(rf"\W*\w+\s+(?:\w+\s+)?{kinds}s?(?:\s+{kinds})?\W*$", label, re.I))


def arxiv_ids(url: str) -> frozenset[str]:
    """The arXiv ids that ``url`` names."""
    if "xiv" not in url.casefold() and "huggingface.co/papers" not in url:
        return frozenset()
    return frozenset(match[1] or match[2] for match in _ARXIV_ID.finditer(url))


def is_contents(topic: str) -> bool:
    """Whether ``topic`` heads a table of contents."""
    return bool(_SECTION_CONTENTS.match(topic))


def polarity(section: tuple[str, ...]) -> Polarity:
    """What a topic path promises, the innermost telling part deciding; contents speak for their own lines only."""
    if section and is_contents(section[-1]):
        return "never"
    for part in reversed(section):
        if _SECTION_NEVER.search(part) and not _SECTION_PAPERS.search(part):
            return "never"
        if _SECTION_PAPERS.search(part):
            return "papers"
        if _SECTION_OTHER.search(part) and len(part.split()) <= _LONGEST_TOPIC:
            return "other"
    return "neutral"
