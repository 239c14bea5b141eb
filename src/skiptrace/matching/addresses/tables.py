"""Closed vocabularies of USPS Publication 28: suffixes, directionals, units, states, ordinals.

Each ``STANDARD: variants`` line gives the standard abbreviation and the other spellings that are read as it
(Publication 28, appendix C1 for street suffixes, C2 for secondary units, B for states).
"""

from __future__ import annotations

from skiptrace.matching.tables import read_words, word_set


def _variants(lines: list[str]) -> dict[str, str]:
    table: dict[str, str] = {}
    for line in lines:
        standard, _, others = line.partition(":")
        standard = standard.strip()
        table[standard] = standard
        table.update(dict.fromkeys(others.split(), standard))
    return table


def _listed(name: str, separator: str = ", ") -> dict[str, list[str]]:
    """Lines of ``key: value, value`` of a vocabulary file."""
    pairs = (line.split(": ", 1) for line in read_words(name))
    return {key: values.split(separator) for key, values in pairs}


SUFFIXES = _variants(read_words("street_suffixes.txt"))

# Suffixes that are seldom anything else; used to end a street where no comma does.
PLAIN_SUFFIXES = word_set("""
    ALY AVE BLVD BYP CIR CT CV DR EXPY FWY HWY LN PKWY PL PLZ RD SQ ST TER TPKE TRL WAY LOOP XING CRES CSWY CTR
    ROW
""")

_DIAGONAL = 5  # NORTHEAST and its like are longer
DIRECTIONS = _variants(
    """
N: NORTH NO NRTH
S: SOUTH SO STH
E: EAST
W: WEST
NE: NORTHEAST
NW: NORTHWEST
SE: SOUTHEAST
SW: SOUTHWEST
""".strip().splitlines()
)


def _slips(word: str) -> set[str]:
    """A word with one of its inner letters left out, doubled or exchanged with the next."""
    cuts = [(word[:at], word[at], word[at + 1 :]) for at in range(1, len(word) - 1)]
    return {slip for a, x, b in cuts for slip in (a + b, a + x + x + b, a + b[0] + x + b[1:])}


_LONG = [(word, short) for word, short in DIRECTIONS.items() if len(word) > _DIAGONAL]
DIRECTIONS |= {slip: short for word, short in _LONG for slip in _slips(word)}
DIRECTIONS |= {"N.": "N", "S.": "S", "NORTE": "N", "SUR": "S", "ESTE": "E", "OESTE": "W"}
TWO_WORD_DIRECTIONS = {("N", "E"): "NE", ("N", "W"): "NW", ("S", "E"): "SE", ("S", "W"): "SW"}
DIRECTION_WORDS = {"N": "NORTH", "S": "SOUTH", "E": "EAST", "W": "WEST"} | {
    "NE": "NORTHEAST",
    "NW": "NORTHWEST",
    "SE": "SOUTHEAST",
    "SW": "SOUTHWEST",
}

UNITS = _variants(
    """
APT: APARTMENT APRTMENT APARTMNT APARTMET APPARTMENT APARMENT APTMENT APTMT APPT APRT APTM APARTAMENTO APTO DEPTO
BLDG: BUILDING BLD BUILD EDIF EDIFICIO
ATTC: ATTIC
BSMT: BASEMENT CELLAR
COTG: COTTAGE
DEPT: DEPARTMENT
FL: FLOOR FLR PISO
FRNT: FRONT
GAR: GARAGE
HNGR: HANGAR HANGER
KEY:
LBBY: LOBBY
LEFT:
LOT:
LOWR: LWR DN DWN DNSTRS LOWER DOWNSTAIRS DOWNSTAIR DOWN
OFC: OFFICE
PH: PENTHOUSE
PIER:
REAR:
RGHT: RIGHT
RM: ROOM
SIDE:
SLIP:
SPC: SPACE SP
STOP: MAILSTOP MS MSC
STDO: STUDIO
STE: SUITE SUTE SUIT
TRLR: TRAILER
UNIT: UNT CONDO
TH: TOWNHOUSE TOWNHOME TWNHS TWNH
VILLA:
CABIN: CABN
FLAT:
PAD:
SITE:
BAY:
UPPR: UPR UPSTRS UPPER UPSTAIRS UPSTAIR UP
WING:
TOWER: TWR
""".strip().splitlines()
)
UNITS["#"] = "#"
# Designators that Publication 28 lets stand without an identifier.
BARE_UNITS = word_set("""
    ATTC BSMT COTG FRNT GAR LBBY LEFT LOWR OFC PH REAR RGHT SIDE STDO UPPR
""")
# Of these, words that also end street names, and so must follow a suffix, a directional or a comma.
LATE_UNITS = word_set("""
    ATTC COTG GAR LEFT RGHT STDO
""")
# What may follow a unit without identifier: REAR HOUSE, FRONT APT, UPPER LEVEL.
UNIT_NOUNS = word_set("""
    HOUSE APT APARTMENT UNIT BLDG BUILDING FLAT LEVEL FLOOR FL STE SUITE COTTAGE SIDE DUPLEX
""")
# Designators whose words are also common in street names and so need an identifier with a digit or a single letter.
CAREFUL_UNITS = word_set("""
    KEY PIER SLIP STOP MS SIDE FRNT OFC UPPR LOWR SPC LOT DEPT WING TOWER UNIT FL RM BLDG ATTC COTG GAR LEFT RGHT STDO
    TH FLAT VILLA CABIN PAD SITE BAY
""")
GLUED_UNITS = word_set("""
    APT STE UNIT SUITE LOT BLDG RM PH FL SPC TRLR FLOOR ROOM SP
""")

# Begins a note that says nothing about the place: what stands behind the ZIP code.
REMARK = "remark "
# Decimals of a house number, as a spreadsheet or a milepost has them.
QUARTERS = {"5": "1/2", "25": "1/4", "75": "3/4"}

_STATE_LINES = _listed("states.txt")
STATES = {code: names[0] for code, names in _STATE_LINES.items()}
MILITARY_STATES = frozenset({"AA", "AE", "AP"})
STATE_CODES = frozenset(STATES) | MILITARY_STATES
STATE_NAMES = {tuple(name.split()): code for code, names in _STATE_LINES.items() for name in names}

_UNITS_ONE = "FIRST SECOND THIRD FOURTH FIFTH SIXTH SEVENTH EIGHTH NINTH TENTH ELEVENTH TWELFTH THIRTEENTH FOURTEENTH"
_UNITS_ONE += " FIFTEENTH SIXTEENTH SEVENTEENTH EIGHTEENTH NINETEENTH"
TENS = {"TWENTY": 20, "THIRTY": 30, "FORTY": 40, "FIFTY": 50, "SIXTY": 60, "SEVENTY": 70, "EIGHTY": 80, "NINETY": 90}
ORDINALS = {word: number for number, word in enumerate(_UNITS_ONE.split(), 1)}
ORDINALS |= {f"{word[:-1]}IETH": number for word, number in TENS.items()}
ORDINALS |= {"NINTEENTH": 19, "TWELVTH": 12, "NINETH": 9, "HUNDREDTH": 100}
_CARDINAL_WORDS = "ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN ELEVEN TWELVE THIRTEEN FOURTEEN FIFTEEN SIXTEEN"
_CARDINAL_WORDS += " SEVENTEEN EIGHTEEN NINETEEN"
CARDINALS = {word: number for number, word in enumerate(_CARDINAL_WORDS.split(), 1)} | TENS

# Words inside street and city names, long to short; cities by their everyday names.
_NAME_WORDS = _listed("name_words.txt", " ")
NAME_WORDS = {word: short for short, words in _NAME_WORDS.items() for word in words}
LONG_WORDS = {short: words[0] for short, words in _NAME_WORDS.items()}
CITY_ALIASES = {alias: city for city, aliases in _listed("city_aliases.txt").items() for alias in aliases}
