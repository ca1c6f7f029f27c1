"""LaTeX as it stands in BibTeX files, turned into text: accents, symbols, escapes, dashes; braces and commands go."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Each accent command and the combining character that it stands for.
_ACCENTS: Final = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "b": "\u0331", "c": "\u0327",
    "k": "\u0328", "t": "\u0361",
}  # fmt: skip
_SYMBOLS: Final = {
    "ss": "ß", "SS": "ẞ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ",
    "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ",
    "ng": "ŋ", "NG": "Ŋ", "S": "§", "P": "¶", "pounds": "£", "copyright": "©", "dots": "…", "ldots": "…",
    "textellipsis": "…", "textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘",
    "textquotedblleft": "“", "textquotedblright": "”", "textquotesingle": "'", "textquotedbl": '"', "quotedblbase": "„",
    "quotesinglbase": "‚", "guillemotleft": "«", "guillemotright": "»", "textbackslash": "\\", "textasciitilde": "~",
    "textasciicircum": "^", "textbar": "|", "textless": "<", "textgreater": ">", "textunderscore": "_",
    "textbraceleft": "\ue001", "textbraceright": "\ue002", "textregistered": "®", "texttrademark": "™",
    "textdegree": "°", "degree": "°", "textmu": "µ", "texteuro": "€", "euro": "€", "EUR": "€", "textsterling": "£",
    "textyen": "¥", "textcent": "¢", "textsection": "§", "textbullet": "•", "textperiodcentered": "·",
    "textexclamdown": "¡", "textquestiondown": "¿", "textordfeminine": "ª", "textordmasculine": "º", "textpm": "±",
    "texttimes": "×", "textonehalf": "½", "slash": "/", "quad": " ", "qquad": " ", "newline": " ", "par": "\n\n",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "Ω", "pm": "±", "mp": "∓", "times": "×", "cdot": "·", "div": "÷", "leq": "≤", "le": "≤",
    "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈", "sim": "∼", "lt": "<", "gt": ">", "infty": "∞",
    "rightarrow": "→", "to": "→", "leftarrow": "←", "leftrightarrow": "↔", "Rightarrow": "⇒", "uparrow": "↑",
    "downarrow": "↓", "circ": "°", "prime": "′", "sum": "∑", "surd": "√", "partial": "∂", "in": "∈", "cap": "∩",
    "cup": "∪", "bullet": "•", "ast": "*", "star": "⋆", "dagger": "†", "ddagger": "‡", "langle": "⟨", "rangle": "⟩",
    "mid": "|", "backslash": "\\", "lbrace": "\ue001", "rbrace": "\ue002", "textnumero": "№",
}  # fmt: skip
_DOTLESS: Final = {"ı": "i", "ȷ": "j"}
# An escaped brace is a letter of the text; it must outlive the taking away of braces.
_ESCAPES: Final = {"{": "\ue001", "}": "\ue002"}
_COMMAND: Final = re.compile(
    r"""\\(?:
        (?P<mark>[`'^~="]|\.(?!\s)|[uvHcdbkrt](?![A-Za-z]))\s*
            (?:\{\s*(?:\\(?P<dotless>[ij])|(?P<braced>[^\W\d_]))\s*\}|\\(?P<bare>[ij])(?![A-Za-z])(?:\{\})?|(?P<letter>[^\W\d_]))
      | (?P<word>[A-Za-z]+)(?:\{\}|\s?(?![A-Za-z\s])|\s+)
      | (?P<sign>[^A-Za-z])
    )""",
    re.VERBOSE,
)
# Commands that change the type from here on, and show nothing themselves.
_SWITCHES: Final = frozenset({
    "em", "it", "bf", "sc", "rm", "sf", "tt", "sl", "itshape", "bfseries", "scshape", "upshape", "slshape", "rmfamily",
    "sffamily", "ttfamily", "normalfont", "relax", "noopsort", "protect", "ensuremath", "left", "right",
})  # fmt: skip
# An accent over a letter that has one already, as Vietnamese has: {\~{\^e}}. The inner one comes first.
_STACKED: Final = re.compile(
    r"""(?P<outer>\\(?:[`'^~="]|\.(?!\s)|[uvHcdbkrt](?![A-Za-z]))\s*(?:\{\s*)?)
    \\(?P<mark>[`'^~="]|\.(?!\s)|[uvHcdbkrt](?![A-Za-z]))\s*(?:\{\s*(?P<braced>[^\W\d_])\s*\}|(?P<letter>[^\W\d_]))""",
    re.VERBOSE,
)
_EMPTY_ACCENT: Final = re.compile(r"\\([~^])\{\s*\}")
_MATH: Final = re.compile(r"(?<!\\)\$([^$]{0,200})(?<!\\)\$")
_SCRIPT: Final = re.compile(r"[_^](\{[^{}]*\}|\w)")


def to_text(value: str, *, verbatim: bool = False) -> str:
    """Return the text that a BibTeX value shows. With `verbatim` (addresses, DOIs) `~`, `--` and quotes stay.

    What the program doesn't know (`\\foo`) keeps its name without the backslash only where it stands alone; commands
    with an argument (`\\textit{…}`) leave the argument. Combining accents are composed (NFC).
    """
    # Searches for single letters are much faster than one for all of them, and most values have none.
    plain = not ("\\" in value or "{" in value or "}" in value or "$" in value)
    if plain and (verbatim or not ("--" in value or "~" in value or "``" in value or "''" in value)):
        return value
    if "$" in value:
        value = _MATH.sub(lambda match: "{" + _SCRIPT.sub(r"\1", match[1]) + "}", value)
    if "\\" in value and "\\\\" not in value:  # by far the most frequent
        value = value.replace("\\_", "_").replace("\\&", "&").replace("\\%", "%").replace("\\#", "#")
    if "\\" in value:
        if "\\~" in value or "\\^" in value:
            value = _EMPTY_ACCENT.sub(lambda match: "\ue003" if match[1] == "~" else "^", value)
        if value.count("\\") > 1:
            value = _STACKED.sub(_stacked, value)
        value = _COMMAND.sub(_command, value)
    if not verbatim:
        value = value.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”").replace("~", " ")
    value = value.replace("{", "").replace("}", "")
    if value.isascii():
        return value
    value = value.replace("\ue001", "{").replace("\ue002", "}").replace("\ue003", "~")
    return unicodedata.normalize("NFC", value)


def _stacked(match: re.Match[str]) -> str:
    letter = match["braced"] or match["letter"]
    return match["outer"] + unicodedata.normalize("NFC", letter + _ACCENTS[match["mark"]])


def _command(match: re.Match[str]) -> str:
    mark = match["mark"]
    if mark:
        letter = match["dotless"] or match["bare"] or match["braced"] or match["letter"]
        return unicodedata.normalize("NFC", letter + _ACCENTS[mark])
    word = match["word"]
    if word is not None:
        symbol = _SYMBOLS.get(word)
        if symbol is None:
            return "" if match.string[match.end() : match.end() + 1] == "{" or word in _SWITCHES else word
        return "\ue003" if symbol == "~" else symbol
    sign = match["sign"]
    if sign in "\\,;:!/- \n\t":
        return "" if sign in "!/-" else " "
    return _ESCAPES.get(sign, sign)


# Commands that change the type from here on, and show nothing themselves.
