"""Text to LaTeX and back, for BibTeX values.

Letters stay Unicode on the way out, as biber and every current reference
manager read it; only what TeX would act on is written as a command, and
formulas between dollar signs stay formulas.  On the way in, accents and
commands of any LaTeX are decoded.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_COMMANDS = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "%": r"\%",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)
#: Pairs that TeX joins to one sign: dashes, quotes, and the Spanish marks.
_LIGATURES = re.compile(r"(?<=-)-|(?<=`)`|(?<=')'|(?<=[?!])`|(?<=<)<|(?<=>)>|(?<=,),")
#: What readers of BibTeX take for the next entry, even inside braces.
_LINE_BEGINS_ENTRY = re.compile(r"(?m)^([ \t]*)@")
_ESCAPED_BRACE = re.compile(r"\\[{}]")
_AS_COMMAND = {r"\{": r"\textbraceleft{}", r"\}": r"\textbraceright{}"}
_PART = r"(?:[^$\\{}%&#~]|\\[A-Za-z]{2,}|\\[,;!: ]|\{[^${}%&#~]*\}){0,200}"
#: A formula: no blank inside the signs, and something only a formula has.
_FORMULA = re.compile(rf"(?<![\\$])\$(?![\s$])({_PART}(?:\\[A-Za-z]{{2,}}|[\^_]){_PART})(?<![\s\\])\$(?!\d)")
#: What can be undone sign by sign: escapes, one sign in braces, the two commands for ASCII signs, braces, ties.
_SIMPLE = re.compile(
    r"\\([%&#_${}])|\{([-`'<>,@])\}|\\text(backslash|asciitilde|asciicircum|braceleft|braceright)\{\}|([{}~])"
)
_NAMED = {"backslash": "\\", "asciitilde": "~", "asciicircum": "^", "braceleft": "{", "braceright": "}"}
#: What only TeX's own rules undo: other commands, formulas, ligatures.
_ACTS = re.compile(r"[\\$]|--|``|''|[?!]`|<<|>>|,,")
_BARE = re.compile(r"(?<!\\)([%&#])")


def encoded(text: str) -> str:
    """``text`` as a BibTeX value, without the outer braces; its braces are balanced or escaped."""
    out, at = [], 0
    for formula in _FORMULA.finditer(text):
        out += [_escaped(text[at : formula.start()]), formula[0]]
        at = formula.end()
    return _balanced_braces("".join([*out, _escaped(text[at:])]))


def _balanced_braces(value: str) -> str:
    """BibTeX counts escaped braces, too: where they are not in pairs, commands stand for them."""
    depth = 0
    for found in _ESCAPED_BRACE.finditer(value):
        depth += 1 if found[0] == r"\{" else -1
        if depth < 0:
            break
    return _ESCAPED_BRACE.sub(lambda found: _AS_COMMAND[found[0]], value) if depth else value


def decoded(value: str) -> str:
    """The text that a BibTeX value shows; formulas stay as they are."""
    texts = _FORMULA.split(value)[::2]
    if len(texts) == 1 or any(not _balanced(text) for text in texts):
        return _decoded(value)
    formulas = [found[0] for found in _FORMULA.finditer(value)]
    return "".join(_decoded(text) + formula for text, formula in zip(texts, [*formulas, ""], strict=True))


def _decoded(value: str) -> str:
    """Sign by sign where that will do, for the full decoder takes some milliseconds."""
    if not _ACTS.search(_SIMPLE.sub("", value)):
        return _SIMPLE.sub(_sign, value)
    # BibTeX knows no comments, so a bare per cent sign is one; the same with signs that only tables and macros use
    return str(_decoder().latex_to_text(_BARE.sub(r"\\\1", value)))


def _sign(found: re.Match[str]) -> str:
    escaped, grouped, named, dropped = found.groups()
    if dropped:
        return " " if dropped == "~" else ""
    return escaped or grouped or _NAMED[named]


def _balanced(text: str) -> bool:
    bare = re.sub(r"\\[{}]", "", text)
    return bare.count("{") == bare.count("}")


def address(value: str) -> str:
    r"""A web address or identifier from a BibTeX value: ``\url{...}``, ``\_`` and braces undone, nothing else."""
    bare = re.sub(r"\\(?:url|path|nolinkurl)\s*\{([^{}]*)\}", r"\1", value)
    bare = bare.replace(r"\textasciitilde", "~").replace(r"\~", "~")
    bare = re.sub(r"\\([_%&#$~{}])", r"\1", bare)
    return re.sub(r"[{}\s]", "", bare)


def _escaped(text: str) -> str:
    plain = text.translate(_COMMANDS)
    plain = _LIGATURES.sub(lambda found: "{" + found[0] + "}", plain)
    return _LINE_BEGINS_ENTRY.sub(r"\1{@}", plain)


@lru_cache(maxsize=1)
def _decoder() -> Any:
    """Made on first use: the table of macros takes a while to build."""
    from pylatexenc import latex2text  # type: ignore[import-untyped]

    known = latex2text.get_default_latex_context_db()
    # the library shows two of these as the accents, which are other characters, and does not know the others
    plain = [latex2text.MacroTextSpec(f"text{name}", sign) for name, sign in _NAMED.items()]
    known.add_context_category("plain-ascii", macros=plain, prepend=True)
    return latex2text.LatexNodes2Text(latex_context=known, math_mode="verbatim", keep_comments=True)
