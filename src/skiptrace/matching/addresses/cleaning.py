"""An address cell made into capital tokens, where a comma is a token too."""

from __future__ import annotations

import re
from html import unescape
from string import ascii_uppercase

from skiptrace.matching.addresses.tables import (
    ORDINALS,
    PLAIN_SUFFIXES,
    QUARTERS,
    REMARK,
    STATE_CODES,
    STATES,
    SUFFIXES,
    UNITS,
)
from skiptrace.matching.addresses.units import is_unit_alone
from skiptrace.matching.known_words import familiarity
from skiptrace.matching.tables import word_set
from skiptrace.matching.text import ascii_upper
from skiptrace.matching.zips import find_zip

_PLAIN = re.compile(r"[A-Z0-9 ,\-]*")
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_ENDS_IN_ZIP = re.compile(r"\d{5}(?:-?\d{4})?[ ,]*$")
_BOUNDARY = re.compile(r"[\n\r;|\t()\[\]]+|\s-+\s|--+|\s*<BR\s*/?>")
_SPACED_HYPHEN = re.compile(r"(?:^|(?<=[,;\n]))\s*(\d+) - (\d+)(?=\s)")
_SPACED_UNIT = re.compile(r"(#\s*\d+) - ([A-Z])(?=\s*(?:,|$))")
_FRACTION = re.compile(r"(?<=\d)[\s\-]+(\d) ?/ ?(\d)(?=\s|$|,|[A-Z]{3})")
_GLUED = re.compile(
    r"\b(APARTMENT|APARTAMENTO|APTO|APT|SUITE|STE|UNIT|UNT|LOT|BLDG|BUILDING|EDIF|RM|ROOM|PH|PENTHOUSE|FLOOR|FLR|FL|"
    r"SPC|SPACE|SP|TRLR|TRAILER|P\s?O\s?BOX|BOX|BX|BZN|BUZON|RR|RFD|HC|HCR|R(?=\d+ BO?X)|PMB|"
    r"PSC|CMR|DRAWER|HWY|HIGHWAY|RTE|ROUTE|RT|FM|RM|CR|SR|SH|TR|STH|CTH|LP|LOOP|SPUR|BIA|FSR|FS|CARR|PR|KM|US|I|IH|NO)[\-.]?(?!\d[A-Z]{2})(\d)"
)
_GLUED_STATE_ROUTE = re.compile(rf"^(\s*\d+ (?:[NSEW] )?)({'|'.join(sorted(STATE_CODES))})(?=\d{{1,4}}[A-Z]?(?: |,|$))")
_SUFFIXES_BEFORE = word_set("""
    ST STREET AV AVE AVENUE RD ROAD DR DRIVE LN LANE CT COURT CIR CIRCLE PL PLACE BLVD WAY TER TERRACE TRL PKWY SQ CV
    LOOP XING HWY TPKE PLZ
""")
_UNITS_BEHIND = ("APARTMENT", "APT", "UNIT", "SUITE", "STE", "BLDG", "LOT")
_GLUED_SUFFIX = re.compile(
    rf"(?<= )({'|'.join(sorted(_SUFFIXES_BEFORE))})({'|'.join(_UNITS_BEHIND)})(?=[\d #,]|$|[A-Z]?\d)"
)
# Single words that the two patterns take apart, and MAIL STOP, which is made one word.
GLUED_WORDS = (
    {suffix + unit for suffix in _SUFFIXES_BEFORE for unit in _UNITS_BEHIND}
    | {unit + letter for unit in ("APT", "UNIT", "BLDG", "PH") for letter in ascii_uppercase}
    | {"MAIL"}
)
_GLUED_DESIGNATOR = re.compile(r"[A-Z](?:APARTMENT|APT|UNIT|SUITE|STE|BLDG|LOT)|(?:APT|UNIT|BLDG)[A-Z]|\bPH-?[A-Z]\b")
_GLUED_LETTER = re.compile(
    r"\b(?:APT(?=[A-NP-RT-Z](?:,|$| )|[A-Z]-?\d)|(?:UNIT|BLDG)(?=[A-DF-RT-XZ](?:,|$| )|[A-Z]-?\d)|PH-?(?=[A-Z](?:,|$)))"
)
_DOTTED_UNIT = re.compile(r"\b(APT|UNIT|STE|BLDG|LOT|NO)\.(?=[A-Z](?:,|$| ))")
_DECIMAL_ZIP = re.compile(r"(?<=\d{4})\.0+(?=[ ,]|$)")
_GLUED_FLOOR = re.compile(r"(?<= )(\d{1,2})(?=(?:FL|FLR|FLOOR)\b)")
_GLUED_BOX = re.compile(r"\bP-?O[ \-]?BOX(?=[ \d#])")
_BOX_AFTER_ROUTE = re.compile(r"(?<=\d)-?(?=BO?X(?:[ \-#]|\d))")
_GLUED_STREET = re.compile(r"^\d+(?:[A-Z][a-z]+)+")
_SMALL_L = re.compile(r"\s*(?=[lO]*\d)[\dlO]+(?= \w)")
_L_AND_O = str.maketrans("lO", "10")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SLASHED = re.compile(r"(?<=[A-Z]{2})\.?\s*/\s*(?=([A-Z0-9]{2,}))|(?<=[A-Z]{2}\.) / ")
_COLUMNS = 3
_BETWEEN_COLUMNS = re.compile(r"(?<!\d)/(?!O\b)|/(?!\d|O\b)")
_UNIT_SLASH_NUMBER = re.compile(r"^\s*(\d*[A-Z]\d*)/(?=\d+ )")  # 4B/12 ELM ST
_HOUSE_NUMBER = re.compile(r"(?:^|[,;\n])\s*\d+[A-Z]? ")
_CALLE = re.compile(r"\bC/ ?(?!O\b)")
# The name of a field before its value: City: Mesquite, "state": "TX".
_FIELD = re.compile(
    r"""["']?\b(?:HOUSE(?: ?(?:NO|NUMBER))?|(?:(?:MAILING|HOME|PROPERTY|PHYSICAL|CURRENT|BILLING|SHIPPING)[ _]?)?"""
    r"""(?:(?:STREET[ _]?)?ADDR(?:ESS)?(?:[ _]?LINE)?[ _]?[12]?|STREET|CITY|TOWN|STATE|"""
    r"""(?:ZIP|POSTAL)(?:[ _]?CODE)?))["']?\s*[:=]"""
    r"""|["']ST["']\s*:"""
)
# What stands before the address: a carrier's endorsement (Domestic Mail Manual 507), NEW ADDR EFF 03/14:
_HEADING = re.compile(
    r".{0,40}?\b(?:(?:RETURN(?:ED)?|RTN) TO SEND(?:ER)?|(?:FWD|FORWARD) TIME EXP(?:IRED)?|UNABLE TO (?:FWD|FORWARD)|"
    r"(?:NOT|UN)[ -]?DELIVERABLE AS ADDRESSED|ATTEMPTED[ -]+NOT KNOWN|INSUFFICIENT ADDRESS|MOVED,? LEFT NO ADDRESS|"
    r"NO SUCH (?:NUMBER|STREET)|(?:NEW|OLD|FWD|FORWARDING) ADDR(?:ESS)?(?: [A-Z]+)?(?: [\d/]+)?(?=:))"
    r"(?: (?:RTN|RETURN) TO SEND(?:ER)?)?[ :,-]*(?=(?:[A-Z]+ )?\d)"
)
_SIGN_RUN = re.compile(r"#[# ]*#")
_DECIMAL = re.compile(r"^(\s*\d+)\.(5|25|75)(?=\s)")
_STATE_ROUTE = re.compile(rf"\b({'|'.join(sorted(STATES))})-(\d{{1,4}}[A-Z]?)\b(?! CALLE)")
_LETTER_ROUTE = re.compile(r"^(\s*\d+ (?:[NSEW] )?[KM])-(?=\d)")
_STATE_ZIP = re.compile(rf"\b({'|'.join(sorted(STATE_CODES))})-?(\d{{5}}(?:-?\d{{4}})?)\b")
_MAIL_STOP = re.compile(r"\bMAIL (?:STOP|DROP|CODE)\b")
_INITIALS = re.compile(r"(?<=[A-Z])\.(?=[A-Z]{2})|(?<=[A-Z])\.(?=\d)")
INNER_DOT = re.compile(r"\.[A-Z0-9]|\d\.")
_DOTS = re.compile(r"\.(?!\d)|(?<!\d)\.")
_DIGITS = frozenset("0123456789")
_MARKS = frozenset(",#&")
_DAMAGED = re.compile(
    r"[0158](?!ST\b|ND\b|RD\b|TH\b)[A-Z]{2}|[A-Z]{2}[0158]|[A-Z][0158][A-Z]|\d[OIL]\d|\b[OIL]\d|\b5T\b|^\d+(?:[OI]\b|[SB]\d)"
    r"|\d[OIL](?:ST|ND|RD|TH)\b"
)
_DAMAGED_NUMBER = re.compile(
    r"\d+[OILB]+\d+$|(?=.*[OI])\d[\dOI]*-[\dOI]*\d[\dOI]*$|\d+S\d{1,2}$|[OL][OIL]*\d[\dOIL]*$|[I\d]\d*[OI]$"
)
_STREET = "ST"
_GLUED_LINE = re.compile(
    r"(\d+)([A-Z]{3,}?)(STREET|AVENUE|AVE|ROAD|RD|DRIVE|DR|LANE|LN|COURT|CT|CIRCLE|CIR|PLACE|PL|BOULEVARD|BLVD|"
    r"TERRACE|TER|PARKWAY|PKWY|ST)(APARTMENT|APT|UNIT|SUITE|STE|LOT)([A-Z]?\d+[A-Z]?|[A-Z])$"
)
_GLUED_NUMBER = re.compile(r"(\d+)([A-Z]{3,}|[NS][EW])$")
_GLUED_START = re.compile(r"\b\d+(?:[A-Z]{3}|[NS][EW]\b)")
_DAMAGED_INSIDE = re.compile(r"\d+[OIL]+\d+$")
_LONG_WORD = 5
_LETTERS_BEHIND = re.compile(r"[0158][A-Z]{4,}$")
_BETWEEN_CONSONANTS = re.compile(r"(?<=[BCDFGHJKLMNPQRSTVWXZ])1(?=[BCDFGHJKLMNPQRSTVWXZ])")
_LETTERS_AROUND = re.compile(r"[A-Z]+(?:[0158][A-Z]+)+$")
_LEADING_I = re.compile(r"I(?=\d[\dO]{0,3} (?!FRONTAGE|ACCESS|SERVICE|BUSINESS|BUS|AND|AT|HWY|RD)[A-Z]{2})")
_DAMAGED_ZIP = re.compile(r"([A-Z]{2}) (?=\d*[OILSB])([0-9OILSB]{5})$")
_DAMAGED_ORDINAL = re.compile(r"(\d[\dOIL]*[OIL])(ST|ND|RD|TH)")
_ORDINAL = re.compile(r"\d+(?:ST|ND|RD|TH)$")
_AS_DIGITS = str.maketrans("OILSB", "01158")
_AS_LETTERS = str.maketrans("058", "OSB")
_GLUE = re.compile(r"[A-Z][.\-]?\d|\dF")
_UNREAD_NUMBER = re.compile(r"\s*(?:\?+\d[\d?]*|\d+\?[\d?]*|\d+[_*]+\d+|\d+_+)(?=\s)")  # 14?7 ELM ST
_ODD = re.compile(r"[^A-Z0-9 ,\-#./&%]")
_SIGNS = str.maketrans(dict.fromkeys("'\"*`~^{}?!", "") | dict.fromkeys(":\\_@=<>+$", " "))


def tokens_of(text: str) -> tuple[list[str], list[str]]:
    """Tokens, with commas among them, and the texts that stood in parentheses."""
    notes: list[str] = []
    text = ascii_upper(_as_typed(text))
    if not text[:1].isdigit() and _may_be_headed(text) and (heading := _HEADING.match(text)):
        notes.append(heading[0].strip(" :,-"))
        text = text[heading.end() :]
    if not _PLAIN.fullmatch(text):
        text = _plain(text, notes)
    if "-" in text:
        text = _hyphens(text)
    if text[-6:-5] == " " and not text[-5:].isdigit():
        text = _mended_zip(text)
    has_unit = (
        "APT" in text
        or "UNIT" in text
        or "STE" in text
        or "LOT" in text
        or "BLDG" in text
        or "SUITE" in text
        or "PH" in text
    )
    if has_unit and _GLUED_DESIGNATOR.search(text):
        text = _GLUED_LETTER.sub(r"\g<0> ", _GLUED_SUFFIX.sub(r"\1 \2 ", text))
    if "/O " in text or "MAIL " in text or ", J" in text:
        text = _MAIL_STOP.sub("MAILSTOP", text.replace(" C/O ", " , C/O ").replace(", JR", " JR"))
    tokens = text.replace(",", " , ").split()
    mixed = [word for word in tokens if not (word.isalpha() or word.isdigit() or word in _MARKS)]
    if not mixed:
        return tokens, notes
    odd = " ".join(mixed)
    has_letters = odd.isupper()
    if has_letters and _GLUE.search(odd):
        text = _apart(text)
        tokens = text.replace(",", " , ").split()
        odd = " ".join(tokens)
    if "-" in text:
        tokens = [stripped for token in tokens if (stripped := token.strip("-/"))]
    if not has_letters:
        return tokens, notes
    if _GLUED_START.search(odd):
        tokens = _numbers_apart(tokens)
    return (_mended(tokens) if _DAMAGED.search(odd) else tokens), notes


def _may_be_headed(text: str) -> bool:
    """Whether a word of any heading stands in the text: the pattern takes ten times as long to say no."""
    return (
        "ADDR" in text
        or "TO SEND" in text
        or "TIME EXP" in text
        or "UNABLE" in text
        or "DELIVERABLE" in text
        or "NOT KNOWN" in text
        or "INSUFFICIENT" in text
        or "MOVED" in text
        or "NO SUCH" in text
    )


def _numbers_apart(tokens: list[str]) -> list[str]:
    """12ELM ST as 12 ELM ST, at the start of a segment."""
    apart: list[str] = []
    for word in tokens:
        glued = (_GLUED_LINE.match(word) or _GLUED_NUMBER.match(word)) if not apart or apart[-1] == "," else None
        apart.extend(glued.groups() if glued else [word])
    return apart


def _as_typed(text: str) -> str:
    """What only small letters tell, put right: 500WhitlockWay, l2 Elm St, O&#39;CONNELL."""
    if not text.partition(" ")[0].isdigit() and (glued := _GLUED_STREET.match(text)):
        text = _CAPITAL.sub(" ", glued[0]) + text[glued.end() :]
    if "l" in text[:7] and (small := _SMALL_L.match(text)):
        text = small[0].translate(_L_AND_O) + text[small.end() :]
    return unescape(text) if "&" in text and ";" in text else text


def _hyphens(text: str) -> str:
    """Hyphens that separate or join words: FARM-TO-MARKET, 12 ELM ST - APT 4."""
    if "O-BOX" in text:
        text = text.replace("O-BOX", "O BOX")
    if "-TO-" in text:
        text = text.replace("-TO-", " TO ")
    if " - " in text:
        text = _SPACED_UNIT.sub(r"\1\2", text)
        text = _SPACED_HYPHEN.sub(r"\1-\2", text).replace(" - ", ",")
    return text


def _apart(text: str) -> str:
    """Words and numbers that were written together: APT4, HWY-27."""
    if text[0] == "I" and _LEADING_I.match(text):
        text = f"1{text[1:]}"  # I45 OAK HILL RD
    if "-" in text:
        text = _LETTER_ROUTE.sub(r"\1 ", _STATE_ROUTE.sub(r"\1 \2", text))
    if "X" in text:
        text = _BOX_AFTER_ROUTE.sub(" ", text)  # HC68BOX 23
    if (route := _GLUED_STATE_ROUTE.match(text)) and not _is_damaged_word(text[route.start(2) :]):
        text = f"{text[: route.end()]} {text[route.end() :]}"
    text = _GLUED.sub(_spaced, text)
    if "FL" in text:
        text = _GLUED_FLOOR.sub(r"\1 ", text)
    if "BOX" in text:
        text = _GLUED_BOX.sub("PO BOX", text)
    return _STATE_ZIP.sub(_spaced, text)


def _spaced(match: re.Match[str]) -> str:
    """Both groups with a space between them: a function, because a template is read anew at every call."""
    return f"{match[1]} {match[2]}"


def _mended_zip(text: str) -> str:
    """The text with DE I990I as DE 19901, where that is a ZIP code of the state."""
    damaged = _DAMAGED_ZIP.match(text[-8:])
    if damaged is None:
        return text
    zip5 = damaged[2].translate(_AS_DIGITS)
    area = find_zip(zip5)
    return text[:-5] + zip5 if area and area.state == damaged[1] else text


def _mended(tokens: list[str]) -> list[str]:
    """Letters that a scanner took for digits and the other way round: 0AK HI11, 1O2."""
    starts = [at for at in range(len(tokens) - 2) if at == 0 or tokens[at - 1] == ","]
    for at in starts:
        if tokens[at + 1] != "," and _DAMAGED_NUMBER.match(tokens[at]):
            tokens = [*tokens[:at], tokens[at].translate(_AS_DIGITS), *tokens[at + 1 :]]
    if "5T" in tokens[2:] and (before := tokens[tokens.index("5T", 2) - 1]).isalpha() and before not in UNITS:
        is_street = SUFFIXES.get(before) not in PLAIN_SUFFIXES
        tokens = [_STREET if word == "5T" and is_street else word for word in tokens]
    return [*tokens[:1], *(word if word.isalpha() or word.isdigit() else _mended_word(word) for word in tokens[1:])]


def _is_damaged_word(text: str) -> bool:
    """Whether the first word is MA1N, and no MA12 (a road of Massachusetts)."""
    word = text.partition(" ")[0].rstrip(",")
    return _mended_word(word) != word


def _mended_word(word: str) -> str:
    digits = _DIGITS.intersection(word)
    if _DAMAGED_INSIDE.match(word):
        return word.translate(_AS_DIGITS)  # APT 1O2
    if ordinal := _DAMAGED_ORDINAL.fullmatch(word):
        return ordinal[1].translate(_AS_DIGITS) + ordinal[2]  # 4OTH
    if not digits or not digits <= set("0158") or len(word) - sum(map(word.count, digits)) < 2 or _ORDINAL.match(word):
        return word
    for one in "IL":
        spelled = word.replace("1", one).translate(_AS_LETTERS)
        if spelled in SUFFIXES or spelled in ORDINALS or familiarity(spelled) == 2:
            return spelled
    if len(word) >= _LONG_WORD and (_LETTERS_AROUND.match(word) or _LETTERS_BEHIND.match(word)):
        return _BETWEEN_CONSONANTS.sub("I", word).replace("1", "L").translate(_AS_LETTERS)
    return word


def _plain(text: str, notes: list[str]) -> str:
    """Signs other than letters, digits, commas and hyphens replaced by what they stand for."""
    if "(" in text:
        text = _PARENTHESES.sub(lambda match: _in_parentheses(match, notes), text)
    if "." in text:
        text = _dots(text) if INNER_DOT.search(text) else text.replace(".", "")
    if _ODD.search(text):
        if unread := _UNREAD_NUMBER.match(text):
            notes.append(f"{REMARK}{unread[0].strip()}")
            text = text[unread.end() :]
        text = _SPACED_UNIT.sub(r"\1\2", text)
        text = _SPACED_HYPHEN.sub(r"\1-\2", text)
        text = text.replace(" @ ", " & ").replace(" + ", " & ")
        if ":" in text or "=" in text:
            text = _FIELD.sub(",", text)
        text = _BOUNDARY.sub(",", text).translate(_SIGNS)
    if "/" in text:
        text = _slashes(text)
    if "#" in text:
        text = _SIGN_RUN.sub("#", text)
    return text.replace("#", " # ").replace("&", " & ").replace("%", " C/O ")


def _slashes(text: str) -> str:
    """Slashes of fractions, between columns, between the streets of a corner, and of C/ for CALLE."""
    if text.count("/") >= _COLUMNS:
        text = _BETWEEN_COLUMNS.sub(",", text)  # APT 14C/410 MEMORIAL DRIVE/CAMBRIDGE/MA
    text = _FRACTION.sub(r" \1/\2 ", _UNIT_SLASH_NUMBER.sub(r"# \1,", text))
    if _HOUSE_NUMBER.search(text):
        text = text.replace(" / ", ",")  # a house number is at no corner
    return _CALLE.sub("CALLE ", _SLASHED.sub(lambda match: "," if match[1] in UNITS else " & ", text))


def _dots(text: str) -> str:
    """Dots between letters or digits: 12.5 ELM ST, APT.B, N.W.WAY; the one of a kilometre stays."""
    text = _DECIMAL.sub(lambda match: f"{match[1]} {QUARTERS[match[2]]}", text)
    return _DOTS.sub("", _INITIALS.sub(" ", _DECIMAL_ZIP.sub("", _DOTTED_UNIT.sub(r"\1 ", text))))


def _in_parentheses(match: re.Match[str], notes: list[str]) -> str:
    """What takes the place of a text in parentheses: a unit stays in the address, anything else is a note."""
    text = _GLUED.sub(_spaced, match[1].strip())
    words = text.replace("#", "# ").replace(". ", " ").rstrip(".").split()
    if (words and len(words) <= 3 and any(word in UNITS for word in words)) or is_unit_alone(words):
        return f" , {text} , "
    if text:
        notes.append(f"{REMARK}{text}" if _ENDS_IN_ZIP.search(match.string[: match.start()]) else text)
    return " "
