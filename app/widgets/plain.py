"""What went wrong with a list, in plain words and with what to do; the exact words are kept for who wants them."""

from __future__ import annotations

import re

#: Commands that do what a page offers too; what only a command can do (check, restore, embed) is not among them.
_OFFERED = (
    "concept|digest|duplicates|enrich|export|fetch|import|lab|list|mark|note|path|queue|search|show|similar|sources"
    "|status|tag|up|update"
)
_COMMAND = re.compile(rf" ?\([^()]*\btracker (?:{_OFFERED})\b[^()]*\)")
_URL = re.compile(r"https?://\S+")
_STATUS = re.compile(r"\banswered (\d{3})\b")
#: Part of what an error says, and what it means to a person; the first that fits.
_MEANINGS = (
    (r"TRACKER_OFFLINE|offline|switched off", "The tracker is set to work without a network, so it asked nobody."),
    (r"cannot be reached|resolve|unreachable|refused|reset",
     "Its server could not be reached. Is this computer on the network?"),
    (r"took too long|timed? ?out", "Its server took too long to answer."),
    (r"cannot be trusted|certificate", "Its server could not prove who it is, so nothing was taken from it."),
    (r"limit is|more than .* bytes|unpacks", "It sent far more than a list has, so it was not taken."),
    (r"not on the public internet|not an address|user name|names port",
     "Its address is not one that the tracker asks. Remove it and add it with another address."),
    (r"has no README|looks like a paper",
     "No list of papers was found there. Remove it and add the address of the Markdown file that holds the list."),
    (r"fewer|half of|shrank|plausible|no entries|nothing that",
     "What came does not look like the list: much is missing. If it really shrank, remove it and add it again."),
    (r"cannot be unpacked|broken answer|ended (after|in the middle)|not what|cannot be (read|understood)|pars",
     "What came cannot be read as a list. Its authors may be changing it."),
)  # fmt: skip
_ANSWERS = {
    401: "Its server wants a password. If the list became private, remove it here.",
    403: "Its server refused. It may ask for patience, or the list became private.",
    404: "There is nothing at its address any more. Look where it went, remove it here and add the new address.",
    410: "It was taken down for good. You can remove it here; its papers stay.",
    429: "Its server asks for patience: too many questions in a short time.",
}


def words(error: str) -> str:
    """One or two plain sentences for an error of a source; a word in an address is no reason."""
    error = _URL.sub("", error)
    if found := _STATUS.search(error):
        status = int(found[1])
        if status in _ANSWERS:
            return _ANSWERS[status]
        return "Its server has trouble of its own." if status >= 500 else "Its server did not give it."
    return next(
        (meaning for pattern, meaning in _MEANINGS if re.search(pattern, error, re.IGNORECASE)),
        "It could not be brought in.",
    )


def told(error: str) -> str:
    """An error in its own words, without a cure that sends to a command where the page offers the same."""
    return _COMMAND.sub("", error)
