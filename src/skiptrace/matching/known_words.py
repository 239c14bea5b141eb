"""Which words are names already: a misspelling is a word that nobody bears and no place is called."""

from __future__ import annotations

from functools import cache, lru_cache

from skiptrace.matching.tables import SortedTable, read_table, word_set

_RARE_SURNAME = 300
_COMMON_SURNAME = 5_000
_COMMON_GIVEN = 3_000
# Words that streets are made of; compounds of two of them (OAKBRIDGE) are known too.
_STREET_WORDS = word_set("""
    ACADEMY ACORN ALDER ALMOND AIRPORT APPLE ARBOR ASH ASPEN AZALEA BANK BARN BASS BAY BEACH BEAR BEAVER BEECH
    BEND BIRCH BIRD BLUE BLUFF BONNY BRANCH BRIAR BRIDGE BROAD BROADWAY BROOK BROOKSIDE BUCK BUCKEYE BUTTERNUT
    CANAL CANYON CARDINAL CEDAR CENTER CENTRAL CHAPEL CHERRY CHESTNUT CHURCH CIRCLE CLEAR CLIFF CLOVER COLLEGE
    COLONIAL COLUMBIA CONGRESS COPPER CORAL COTTONWOOD COTTAGE COUNTRY COUNTY COURT COVE CREEK CREST CROSS
    CRYSTAL CYPRESS DALE DEER DOGWOOD DOVE EAGLE ELM FAIR FAIRVIEW FALCON FALL FARM FERN FERRY FIELD FIR FOREST
    FOUNTAIN FOX FRONT GARDEN GATE GLEN GOLDEN GRAND GRANITE GRANT GREEN GROVE HARBOR HARVEST HAVEN HAWK HAZEL
    HEATHER HERITAGE HICKORY HIGH HIGHLAND HILL HILLCREST HILLSIDE HOLLOW HOLLY HONEY HUNTER INDIAN INDUSTRIAL
    IRON IVY JASMINE JUNIPER KNOLL LAKE LAKESIDE LAKEVIEW LANE LARK LAUREL LEDGE LIBERTY LILAC LILY LINCOLN
    LINDEN LOCUST LODGE LONE LONG MAGNOLIA MAIN MALLARD MANOR MAPLE MARBLE MARKET MEADOW MEADOWS MILL MILLER
    MISSION MONROE MOUNTAIN MULBERRY MYRTLE NORTH OAK OAKS OCEAN OLD OLIVE ORANGE ORCHARD OVERLOOK PALM PARK
    PARKSIDE PEACH PEAR PECAN PHEASANT PIN PINE PINES PINEY PLAIN PLEASANT POND POPLAR PRAIRIE PROSPECT QUAIL
    RAVEN RED REDWOOD RIDGE RIVER RIVERSIDE ROBIN ROCK ROSE ROYAL RUN SAGE SAND SCHOOL SHADOW SHADY SHORE SIDE
    SILVER SOUTH SPRING SPRINGS SPRUCE STATE STATION STONE SUMMER SUMMIT SUN SUNNY SUNRISE SUNSET SWEET SYCAMORE
    TALL TIMBER TOWER TRAIL UNION VALLEY VALE VIEW VILLAGE VINE VIOLET VISTA WALK WALNUT WASHINGTON WATER WAY
    WEST WHITE WIDE WILD WILDWOOD WILLOW WIND WINDING WINDSOR WINTER WOLF WOOD WOODS WOODLAND WOODLANDS YARD
    LARCH HEMLOCK TAMARACK BASSWOOD BEECHWOOD BRIARWOOD CATALPA CEDARWOOD CLOVERDALE CRESTVIEW DAISY DRIFTWOOD
    ELMWOOD EVERGREEN FAWN FERNWOOD GARDENIA GLENWOOD GREENWOOD HAWTHORNE HONEYSUCKLE IRONWOOD JACKSON JEFFERSON
    LAVENDER LINWOOD MADISON MAPLEWOOD MARIGOLD MEADOWBROOK MOCKINGBIRD MONTGOMERY OAKWOOD OLEANDER ORCHID OXFORD
    PEACHTREE PEBBLE PERSHING PINEHURST PINEWOOD PRIMROSE RAINBOW RIDGEWOOD ROOSEVELT ROSEWOOD SASSAFRAS SHERIDAN
    SHERMAN SHERWOOD SPARROW STARLING SUMAC TANGLEWOOD THISTLE TULIP WILLOWBROOK WOODBINE WOODLAWN WOODSIDE WREN
    CANTERBURY CAMBRIDGE BRISTOL BUCKINGHAM CHURCHILL COVENTRY DEVON ESSEX HAMPTON KENSINGTON LANCASTER
    MARLBOROUGH NOTTINGHAM PRINCETON HARVARD STANFORD SOMERSET STRATFORD SUSSEX WELLINGTON WESTMINSTER
    YORK LAND TOWN MONT MERE WELL MOOR STAND HURST LEIGH FORD PORT TON HAM BURY GLENN
""")


@cache
def _cities() -> frozenset[str]:
    defaults = {line.rpartition("\t")[2].partition("|")[0] for line in read_table("zips.tsv").splitlines()}
    return frozenset(word for city in defaults for word in city.split()) | {city.replace(" ", "") for city in defaults}


@cache
def _table(name: str) -> SortedTable:
    return SortedTable(name)


@lru_cache(maxsize=65_536)
def surname_count(name: str) -> int:
    """Bearers of a surname (capitals) in the latest US census that lists it; 0 when fewer than 100."""
    return int(_table("surnames.tsv").get(name) or 0)


@lru_cache(maxsize=65_536)
def given_name(name: str) -> tuple[int, int | None]:
    """Bearers of a given name (capitals) in the 2020 US census and the share of men in per cent; (0, None) if not
    listed.
    """
    found = _table("given_names.tsv").get(name)
    if found is None:
        return 0, None
    count, _, share = found.partition("\t")
    return int(count), int(share) if share else None


@lru_cache(maxsize=65_536)
def familiarity(word: str) -> int:
    """2 for a word that is certainly in use as a name, a city or a street word, 1 for a rare name, 0 for no known
    word.
    """
    if word in _STREET_WORDS or given_name(word)[0] >= _COMMON_GIVEN:
        return 2
    bearers = surname_count(word)
    if bearers >= _COMMON_SURNAME or word in _cities():  # the list of cities takes longest to load
        return 2
    if any(word[:at] in _STREET_WORDS and word[at:] in _STREET_WORDS for at in range(3, len(word) - 1)):
        return 2
    return 1 if bearers >= _RARE_SURNAME else 0


def is_street_word(*words: str) -> bool:
    """Whether one of the words is one that streets are made of."""
    return any(word in _STREET_WORDS for word in words)
