"""Write fixtures/matching/addresses.csv: invented streets in real cities, one row per template and place.

Each template is ``label | category | first | second | why``. Every third template makes the rows of part ``blind``, which is scored
seldom; the others are part ``dev``. ``{n}`` is a house number, ``{st}`` a street name, ``{o}`` an ordinal, ``{u}`` a unit, ``{b}`` a box;
``{c}``, ``{S}``, ``{N}``, ``{z}`` city, state, state name and ZIP code, ``{C}`` all of them, ``{D}`` another city of the state with its ZIP code.
"""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).parent.parent
PLACES = [
    ("Ames", "IA", "Iowa", "50010", "Waterloo, IA 50701", "2417", "Kestrel", "23", "4", "118"),
    ("Lowell", "MA", "Massachusetts", "01852", "Quincy, MA 02169", "86", "Harrowgate", "5", "12", "77"),
    ("Tacoma", "WA", "Washington", "98402", "Yakima, WA 98901", "10310", "Wexcombe", "101", "3", "2045"),
    ("Tulsa", "OK", "Oklahoma", "74103", "Enid, OK 73701", "551", "Pemberly", "42", "27", "913"),
]
TEMPLATES = """
same|abbreviation|{n} {st} Street, {C}|{n} {st} St, {C}|suffix abbreviated
same|abbreviation|{n} {st} Avenue, {C}|{n} {st} AVE, {C}|suffix abbreviated, capitals
same|abbreviation|{n} {st} Boulevard, {C}|{n} {st} Blvd., {c} {S} {z}|suffix with a period
same|abbreviation|{n} {st} Parkway, {C}|{n} {st} Pkwy {c} {N} {z}|state spelled out
same|abbreviation|{n} {st} Terrace, {C}|{n} {st} Terr, {C}|old abbreviation
same|abbreviation|{n} {st} Crossing, {C}|{n} {st} Xing, {C}|crossing
same|abbreviation|{n} {st} Trail, {C}|{n} {st} Trl, {C}|trail
same|abbreviation|{n} {st} Av, {C}|{n} {st} Avenue, {C}|short avenue
same|abbreviation|{n} {st} Court, {C}|{n} {st} Ct., {C}|court or Connecticut
different|suffix|{n} {st} St, {C}|{n} {st} Ave, {C}|street and avenue
different|suffix|{n} {st} Court, {C}|{n} {st} Circle, {C}|court and circle
different|suffix|{n} {st} Dr, {C}|{n} {st} Ln, {C}|drive and lane
possible|suffix missing|{n} {st}, {C}|{n} {st} Rd, {C}|no suffix on one side
different|number|{n} {st} St, {C}|1{n} {st} St, {C}|a digit more
different|number|{n} {st} St, {C}|{n}1 {st} St, {C}|a digit more at the end
different|number|1234 {st} St, {C}|1243 {st} St, {C}|digits exchanged
different|number|220 {st} St, {C}|222 {st} St, {C}|next door
same|directional|{n} North {st} Street, {C}|{n} N. {st} St, {C}|directional abbreviated
same|directional|{n} {st} Street Southwest, {C}|{n} {st} St SW, {C}|post-directional
same|directional|{n} N.W. {o}th Ave, {C}|{n} Northwest {o}th Avenue, {C}|periods in a directional
same|directional|{n} North West {st} Rd, {C}|{n} NW {st} Rd, {C}|directional in two words
same|directional|{n} Northwest Highway, {C}|{n} NW Hwy, {C}|the directional is the name
same|directional|{n} North St, {C}|{n} N Street, {C}|the directional is the name
same|directional|{n} East West Hwy, {C}|{n} East-West Highway, {C}|two directionals are the name
different|directional|{n} N {st} St, {C}|{n} S {st} St, {C}|north and south
different|directional|{n} {st} St NE, {C}|{n} {st} St NW, {C}|quadrants
different|directional|{n} E {o}th St, {C}|{n} W {o}th St, {C}|east and west
possible|directional missing|{n} N {st} St, {C}|{n} {st} St, {C}|no directional on one side
possible|directional missing|{n} {st} Ave SE, {C}|{n} {st} Ave, {C}|no quadrant on one side
same|unit|{n} {st} St Apt {u}, {C}|{n} {st} St #{u}, {C}|designator or number sign
same|unit|{n} {st} St Apartment {u}, {C}|{n} {st} St, Apt. {u}, {C}|designator abbreviated
same|unit|{n} {st} St Unit {u}B, {C}|{n} {st} St # {u}-B, {C}|hyphen inside the identifier
same|unit|{n} {st} St Ste {u}00, {C}|{n} {st} St, Suite {u}00, {C}|suite
same|unit|{n} {st} Dr Apt{u}, {C}|{n} {st} Dr Apt {u}, {C}|glued designator
same|unit|Apt {u}, {n} {st} Ln, {C}|{n} {st} Ln Apt {u}, {C}|unit in front
same|unit|{n} {st} St Apt 0{u}, {C}|{n} {st} St Apt {u}, {C}|leading zero
same|unit|{n} {st} St Apt No. {u}, {C}|{n} {st} St Apt {u}, {C}|No. before the identifier
same|unit|{n} {st} Pl 2nd Floor, {C}|{n} {st} Pl Fl 2, {C}|ordinal floor
same|unit|{n} {st} Pl Second Floor, {C}|{n} {st} Pl Floor 2, {C}|floor in words
same|unit|{n} {st} Way PH{u}, {C}|{n} {st} Way Penthouse {u}, {C}|penthouse
same|unit|{n} {st} Rd Bldg 3 Apt {u}, {C}|{n} {st} Rd Apt {u} Building 3, {C}|two designators in another order
same|unit|{n} {st} Rd Ste B Ste 101, {C}|{n} {st} Rd Suite B, Suite 101, {C}|the same designator twice
same|unit|{n} {st} Rd Lot {u}, {C}|{n} {st} Rd Lot #{u}, {C}|lot
same|unit|{n} {st} Rd Trlr {u}, {C}|{n} {st} Rd Trailer {u}, {C}|trailer
same|unit|{n} {st} St Rear, {C}|{n} {st} St REAR, {c}, {S}|unit word without number
same|unit|{n} {st} St Bsmt, {C}|{n} {st} St Basement, {C}|basement
same|unit|{n} {st} Ave Upper, {C}|{n} {st} Ave UPPR, {C}|upper
same|unit|{n} {st} Ave Unit C, {C}|{n} {st} Ave #C, {C}|letter unit
same|unit|{n} {st} Ave Ste {u} Ste {u}, {C}|{n} {st} Ave Ste {u}, {C}|repeated unit
different_unit|unit|{n} {st} St Apt {u}, {C}|{n} {st} St Apt 1{u}, {C}|two apartments
different_unit|unit|{n} {st} St #{u}A, {C}|{n} {st} St #{u}B, {C}|two letters
different_unit|unit|{n} {st} St Rear, {C}|{n} {st} St Front, {C}|rear and front
different_unit|unit|{n} {st} St Upper, {C}|{n} {st} St Lower, {C}|upper and lower
different_unit|unit|{n} {st} St Fl 1, {C}|{n} {st} St 2nd Fl, {C}|two floors
different_unit|unit|{n} {st} St Bldg A Apt {u}, {C}|{n} {st} St Bldg B Apt {u}, {C}|two buildings
different_unit|unit|{n} {st} St Bldg {u} Apt 1, {C}|{n} {st} St Bldg {u} Apt 2, {C}|two apartments of a building
different_unit|unit|{n} {st} St Ste B, {C}|{n} {st} St Suite D, {C}|two suites
different_unit|unit|{n} {st} St Lot {u}, {C}|{n} {st} St Lot 9{u}, {C}|two lots
different_unit|unit|{n} {st} St Basement, {C}|{n} {st} St Apt {u}, {C}|basement and apartment
different_unit|unit|{n} {st} St Unit {u}, {C}|{n} {st} St Unit {u}A, {C}|a letter more
different_unit|unit|{n} {st} St PH{u}, {C}|{n} {st} St Apt {u}9, {C}|penthouse and apartment
different_unit|unit|{n} {st} St Side, {C}|{n} {st} St Rear, {C}|side and rear
possible|unit missing|{n} {st} St Apt {u}, {C}|{n} {st} St, {C}|no unit on one side
possible|unit missing|{n} {st} St Rear, {C}|{n} {st} St, {C}|no unit on one side
possible|unit missing|{n} {st} St Bldg 2 Apt {u}, {C}|{n} {st} St Apt {u}, {C}|no building on one side
same|po box|PO Box {b}, {C}|P.O. Box {b}, {C}|periods
same|po box|Post Office Box {b}, {C}|PO BOX {b}, {C}|spelled out
same|po box|POB {b}, {C}|PO Box {b}, {C}|short
same|po box|Box {b}, {C}|PO Box {b}, {C}|box alone
same|po box|Drawer {b}, {C}|PO Drawer {b}, {C}|drawer
same|po box|Caller {b}, {C}|PO Box {b}, {C}|caller service
same|po box|P O Box #{b}, {C}|PO Box 0{b}, {C}|number sign and leading zero
same|po box|Lockbox {b}, {C}|PO Box {b}, {C}|lock box
different|po box|PO Box {b}, {C}|PO Box {b}1, {C}|two boxes
different|po box|PO Box {b}, {C}|{b} {st} St, {C}|box and street
same|pmb|{n} {st} St PMB {b}, {C}|{n} {st} Street, PMB {b}, {C}|private mailbox
different_unit|pmb|{n} {st} St PMB {b}, {C}|{n} {st} St PMB {b}1, {C}|two private mailboxes
possible|pmb|{n} {st} St PMB {b}, {C}|{n} {st} St #{b}, {C}|private mailbox or unit
same|rural|RR 2 Box {b}, {C}|Rural Route 2, Box {b}, {C}|rural route
same|rural|RR03 BOX {b}D, {C}|RR 3 Box {b}-D, {C}|glued, zero, hyphen
same|rural|RFD 4 Box {b}, {C}|RR 4 Box {b}, {C}|free delivery
same|rural|R.R. 1 Box {b}, {C}|RR 1 BOX {b}, {C}|periods
different|rural|RR 2 Box {b}, {C}|RR 3 Box {b}, {C}|two routes
different|rural|RR 2 Box {b}, {C}|RR 2 Box {b}A, {C}|two boxes
same|contract|HC68 Box {b}A, {C}|HC 68 Box {b}A, {C}|glued
same|contract|Highway Contract 68 Box {b}, {C}|HC 68 BOX {b}, {C}|spelled out
same|contract|Star Route 12 Box {b}, {C}|HC 12 Box {b}, {C}|star route
different|contract|HC 68 Box {b}, {C}|HC 69 Box {b}, {C}|two routes
same|ordinal|{n} Fifth Ave, {C}|{n} 5th Avenue, {C}|ordinal in words
same|ordinal|{n} Twenty-First St, {C}|{n} 21st St, {C}|compound ordinal
same|ordinal|{n} E {o}th St, {C}|{n} E {o} St, {C}|bare number before a suffix
different|ordinal|{n} 5th Ave, {C}|{n} 15th Ave, {C}|two numbered streets
different|ordinal|{n} 21st St, {C}|{n} 22nd St, {C}|two numbered streets
different|ordinal|{n} {o}1st St, {C}|{n} {o}th St, {C}|a digit more
same|fraction|{n} 1/2 {st} St, {C}|{n}-1/2 {st} St, {C}|fraction with hyphen
same|fraction|{n}½ {st} St, {C}|{n} 1/2 {st} Street, {C}|fraction sign
different|fraction|{n} 1/2 {st} St, {C}|{n} {st} St, {C}|half a number
different|fraction|{n} 1/2 {st} St, {C}|{n} 1/4 {st} St, {C}|two fractions
same|number words|One {st} Sq, {C}|1 {st} Square, {C}|number in words
same|number words|Ten {st} Plaza, {C}|10 {st} Plz, {C}|number in words
same|alphanumeric|{n}A {st} St, {C}|{n}-A {st} St, {C}|letter with hyphen
same|alphanumeric|{n}A {st} St, {C}|{n} A {st} St, {C}|letter apart
different|alphanumeric|{n}A {st} St, {C}|{n}B {st} St, {C}|two letters
possible|alphanumeric|{n}A {st} St, {C}|{n} {st} St Apt A, {C}|letter or apartment
same|hyphenated|112-10 {st} Rd, {C}|112-10 {st} Road, {C}|hyphen kept
different|hyphenated|112-10 {st} Rd, {C}|112-12 {st} Rd, {C}|two hyphenated numbers
same|grid|N95W16345 {st} Way, {C}|n95w16345 {st} Way, {C}|grid number
same|grid|842 East 1700 South, {C}|842 E 1700 S, {C}|grid street
different|grid|842 E 1700 S, {C}|842 E 1700 N, {C}|grid street, other side
different|grid|842 E 1700 S, {C}|842 E 1800 S, {C}|grid street, next
same|highway|{n} State Highway 35, {C}|{n} {S}-35, {C}|state highway by its code
same|highway|{n} State Route 9, {C}|{n} SR 9, {C}|state route abbreviated
same|highway|{n} US Highway 41, {C}|{n} U.S. Hwy 41, {C}|US highway
same|highway|{n} US 41, {C}|{n} US Route 41, {C}|US route
same|highway|{n} County Road 12, {C}|{n} CR 12, {C}|county road abbreviated
same|highway|{n} Co Rd 12, {C}|{n} County Rd 12, {C}|county road
same|highway|{n} FM 1960 W, {C}|{n} Farm to Market 1960 West, {C}|farm to market
same|highway|{n} Interstate 10, {C}|{n} I-10, {C}|interstate
same|highway|{n} Hwy 7 N, {C}|{n} Highway 7 North, {C}|highway with directional
same|highway|{n} {N} Highway 35, {C}|{n} State Hwy 35, {C}|state by name
different|highway|{n} State Highway 35, {C}|{n} State Highway 36, {C}|two highways
different|highway|{n} County Road 12, {C}|{n} State Route 12, {C}|two classes
different|highway|{n} US Highway 41, {C}|{n} County Road 41, {C}|two classes
same|saint|{n} St James Pl, {C}|{n} Saint James Place, {C}|saint
same|saint|{n} St. Andrew Street, {C}|{n} Saint Andrew St, {C}|saint and street
same|spacing|{n} Sea View Dr, {C}|{n} Seaview Dr, {C}|one word or two
same|spacing|{n} Mc Donald Rd, {C}|{n} McDonald Rd, {C}|one word or two
same|spacing|{n} O'Neil St, {C}|{n} ONeil St, {C}|apostrophe
same|name words|{n} Mt Vernon Ave, {C}|{n} Mount Vernon Ave, {C}|mount
same|name words|{n} Ft Henry Dr, {C}|{n} Fort Henry Dr, {C}|fort
same|name words|{n} Indian Crk Rd, {C}|{n} Indian Creek Rd, {C}|suffix word in the name
same|name words|{n} Dr Martin Luther King Jr Blvd, {C}|{n} MLK Blvd, {C}|known initials
same|prefix type|{n} Avenue B, {C}|{n} Ave B, {C}|type before the name
different|prefix type|{n} Avenue B, {C}|{n} Avenue D, {C}|two lettered avenues
same|typo|{n} Washingtn Ave, {C}|{n} Washington Ave, {C}|letter missing
same|typo|{n} Magnoila St, {C}|{n} Magnolia St, {C}|letters exchanged
same|typo|{n} Jeferson St, {C}|{n} Jefferson St, {C}|letter missing
same|typo|{n} Chesnut Hill Rd, {C}|{n} Chestnut Hill Rd, {C}|letter missing
same|typo|{n} Pensylvania Ave, {C}|{n} Pennsylvania Ave, {C}|letter missing
same|typo|{n} Lincon St, {C}|{n} Lincoln St, {C}|letter missing
different|sibling|{n} Hollis St, {C}|{n} Hollins St, {C}|two names
different|sibling|{n} Oakridge Dr, {C}|{n} Oakbridge Dr, {C}|two names
different|sibling|{n} Marlow Ave, {C}|{n} Harlow Ave, {C}|two names
different|sibling|{n} Pine St, {C}|{n} Vine St, {C}|two names
different|sibling|{n} Carter Rd, {C}|{n} Cartier Rd, {C}|two names
different|sibling|{n} Lakeview Dr, {C}|{n} Lakeside Dr, {C}|two names
different|sibling|{n} Maple Ct, {C}|{n} Marple Ct, {C}|two names
different|sibling|{n} Park Pl, {C}|{n} Clark Pl, {C}|two names
same|zip|{n} {st} St, {c}, {S} {z}-1234|{n} {st} St, {C}|ZIP+4
same|zip|{n} {st} St, {c}, {S} {z}1234|{n} {st} St, {C}|nine digits
same|zip|{n} {st} St, {c}, {S}|{n} {st} St, {C}|no ZIP code on one side
same|zip|{n} {st} St {c} {z} {S}|{n} {st} St, {C}|ZIP code before the state
same|zip|{n} {st} St, {z}|{n} {st} St, {C}|no city on one side
same|no commas|{n} {st} St {c} {S} {z}|{n} {st} St, {C}|no commas
same|no commas|{n} {st} St Apt {u} {c} {S} {z}|{n} {st} St, Apt {u}, {C}|no commas with unit
same|city|{n} {st} St, {c} {N}|{n} {st} St, {C}|state spelled out, no ZIP code
possible|city missing|{n} {st} St|{n} {st} St, {C}|no city on one side
different|city|{n} {st} St, {C}|{n} {st} St, {D}|two cities
different|city|{n} Main St, {c}, {S}|{n} Main St, Springfield, MO|two states
same|repeated|{n} {st} St, {C}, {C}|{n} {st} St, {C}|last line twice
same|repeated|{n} {st} Street, {n} {st} St, {C}|{n} {st} St, {C}|delivery line twice
same|note|{n} {st} St, {C} (last known 2019)|{n} {st} St, {C}|note in brackets
same|note|{n} {st} St, {C} (515) 555-0142|{n} {st} St, {C}|phone after the ZIP code
same|care of|C/O Jane Roe, {n} {st} St, {C}|{n} {st} St, {C}|care of
same|care of|ATTN Billing {n} {st} St, {C}|{n} {st} St, {C}|attention line
same|country|{n} {st} St, {C} USA|{n} {st} St, {C}|country
same|building|Kestrel Towers, {n} {st} St, {C}|{n} {st} St, {C}|building name
same|county|{n} {st} St, {c}, Story County, {S}|{n} {st} St, {c}, {S}|county
same|newline|{n} {st} St\\n{c}, {S} {z}|{n} {st} St, {C}|two lines
same|bare unit|{n} {o}th St East {u}00, {C}|{n} {o}th St E #{u}00, {C}|unit without designator
same|bare unit|{n} {st} St {u}B, {C}|{n} {st} St Apt {u}B, {C}|unit without designator
possible|range|{n}-{n}8 {st} St, {C}|{n} {st} St, {C}|one end of a range
different|prefix|{n} W Northwest Hwy, {C}|{n} E Northwest Hwy, {C}|two halves of a road
"""
FIXED = """
same|military|PSC 7500, Box 2471, APO AE 09123|PSC 7500 BOX 2471\\nAPO, AE 09123|overseas
same|military|CMR 415 Box 0342, APO AE 09114|CMR 415 BOX 342 APO AE 09114|leading zero
different|military|PSC 7500 Box 2471, APO AE 09123|PSC 7500 Box 2472, APO AE 09123|two boxes
different|military|Unit 2050 Box 4190, APO AP 96522|Unit 2051 Box 4190, APO AP 96522|two units
same|military|USS Nonesuch, FPO AP 96667|USS NONESUCH FPO AP 96667|ship
different|military|USS Nonesuch, FPO AP 96667|USS Nowhere, FPO AP 96667|two ships
same|general delivery|General Delivery, Tampa FL 33602|GEN DELIVERY, Tampa, FL 33602|abbreviated
different|general delivery|General Delivery, Tampa FL 33602|General Delivery, Miami FL 33101|two offices
same|puerto rico|Urb Las Gladiolas, 150 Calle A, San Juan PR 00926|URB LAS GLADIOLAS 150 CALLE A SAN JUAN PR 00926|one line
different|puerto rico|Urb Las Gladiolas, 150 Calle A, San Juan PR 00926|Urb Royal Oak, 150 Calle A, San Juan PR 00926|two urbanizations
possible|puerto rico|Urb Las Gladiolas, 150 Calle A, San Juan PR 00926|150 Calle A, San Juan PR 00926|no urbanization on one side
same|puerto rico|150 Calle Sol Apt 4B, San Juan PR 00901|Calle Sol 150 Apt 4B, San Juan PR 00901|street before number
same|puerto rico|Urbanizacion Las Gladiolas 150 Calle A, San Juan, PR 926|Urb Las Gladiolas 150 Calle A San Juan PR 00926|spelled out
different|puerto rico|150 Calle Sol, San Juan PR 00901|150 Calle Luna, San Juan PR 00901|two streets
same|hyphenated|45-10 Kamehameha Hwy, Kaneohe HI 96744|45-10 Kamehameha Highway Kaneohe Hawaii|Hawaii
possible|hyphenated|112-10 Corona Ave, Corona NY 11368|11210 Corona Ave, Corona NY 11368|hyphen lost
same|city alias|100 Kestrel Ave, Manhattan, NY 10038|100 Kestrel Ave, New York, NY 10038|borough
same|city alias|12 Kestrel St, NYC, NY 10038|12 Kestrel St, New York NY 10038|initials
same|city alias|12 Kestrel St, Saint Paul MN|12 Kestrel St, St. Paul, MN 55101|saint
same|city alias|12 Kestrel St, Ft Worth TX|12 Kestrel St, Fort Worth, TX 76102|fort
same|city alias|12 Kestrel St, Phila PA 19103|12 Kestrel St, Philadelphia PA 19103|short
same|city typo|12 Kestrel St, Philadelpia PA 19103|12 Kestrel St, Philadelphia PA 19103|letter missing
same|city typo|12 Kestrel St, Minneapolis MN|12 Kestrel St, Mineapolis MN|letter missing
same|padded zip|12 Kestrel St, Cambridge MA 2139|12 Kestrel St, Cambridge MA 02139|zero dropped
same|padded zip|12 Kestrel St, Newark NJ 7102|12 Kestrel St, Newark NJ 07102|zero dropped
possible|alias|100 6th Ave, New York NY 10013|100 Avenue of the Americas, New York NY 10013|two official names
possible|alias|200 Lenox Ave, New York NY 10027|200 Malcolm X Blvd, New York NY 10027|two official names
same|ranch road|901 RR 620 N, Austin TX 78734|901 Ranch Road 620 North, Austin, TX 78734|ranch road
different|ranch road|901 RR 620 N, Austin TX 78734|RR 620 Box 901, Austin TX 78734|ranch road and rural route
same|state highway|2105 New Jersey Highway 35, Holmdel NJ 07733|2105 NJ-35, Holmdel NJ 07733|state by name
same|washington|1600 Kestrel Ave NW Washington D.C. 20500|1600 Kestrel Ave Northwest, Washington, DC 20500|district
same|new york|12 Kestrel St, New York, New York 10001|12 Kestrel St New York NY 10001|state like city
different|missing zip|100 Main St, Springfield, IL|100 Main St, Springfield, MA|two states
possible|missing state|100 Main St, Springfield|100 Main St, Springfield, IL|no state on one side
same|city in street|1509 Via Christina, Vista, CA|1509 Via Christina Vista CA 92084|city like a suffix
same|range note|230-06 & 08, S Conduit Ave, Rosedale NY|230-06 S Conduit Ave, Rosedale, NY|range with ampersand
possible|low confidence|The American Road, Mail Drop 1234, Dearborn MI|American Road, Dearborn MI|no number
same|delivery line only|12 Kestrel St Apt 4|12 KESTREL STREET #4|no city on both sides
same|direction of state|12 Kestrel St NE|12 Kestrel St Northeast|quadrant, not Nebraska
same|shared words|59 ST JAMES PLACE NEW YORK NY 10038|59 Saint James Pl, New York, NY 10038|saint at the start
same|state after zip|10600 FOLSOM BLVD RANCHO CORDOVA 95670 CA|10600 Folsom Blvd, Rancho Cordova, CA 95670|order
"""


def _rows(lines: str) -> list[list[str]]:
    return [line.split("|") for line in lines.strip().splitlines()]


def _fill(text: str, place: tuple[str, ...]) -> str:
    city, state, name, zip5, other, number, street, nth, unit, box = place
    whole = f"{city}, {state} {zip5}"
    return text.format(
        n=number, st=street, o=nth, u=unit, b=box, c=city, S=state, N=name, z=zip5, C=whole, D=other
    ).replace("\\n", "\n")  # fmt: skip


def main() -> None:
    """Write the file."""
    path = ROOT / "fixtures" / "matching" / "addresses.csv"
    with path.open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["first", "second", "label", "category", "part", "why"])
        for at, (label, category, first, second, why) in enumerate(_rows(TEMPLATES)):
            part = "blind" if at % 3 == 2 else "dev"
            for place in PLACES:
                out.writerow([_fill(first, place), _fill(second, place), label, category, part, why])
        for at, (label, category, first, second, why) in enumerate(_rows(FIXED)):
            part = "blind" if at % 3 == 2 else "dev"
            out.writerow([first.replace("\\n", "\n"), second.replace("\\n", "\n"), label, category, part, why])


if __name__ == "__main__":
    main()
