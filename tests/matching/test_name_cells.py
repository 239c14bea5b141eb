"""What cells of names hold beside a name, and names written for short, for the whole house or by a scanner."""

from __future__ import annotations

import pytest

from skiptrace.matching.names import compare_names, parse_name


@pytest.mark.parametrize(
    "cell",
    [
        "Dana Whitcomb #4471-22",
        "Dana Whitcomb acct no. 40021",
        "Dana Whitcomb (SSN xxx-xx-1234)",
        "WHITCOMB, DANA DOB 04/12/1981",
        "D4NA WH1TC0MB",
        "Rev. Dana Whitcomb, D.Min.",
    ],
)
def test_numbers_and_scanned_letters_leave_the_name_as_it_is(cell: str) -> None:
    name = parse_name(cell)

    assert (name.given, name.middle, name.surnames) == (("DANA",), (), ("WHITCOMB",))


@pytest.mark.parametrize("cell", ["Ms. Whitcomb", "The Whitcomb Family", "Whitcomb Residence", "D. W."])
def test_a_house_or_a_title_may_stand_for_one_of_its_people(cell: str) -> None:
    assert compare_names(cell, "Dana Whitcomb").verdict == "possible"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Maribel Ortega", "Maria Isabel Ortega"),
        ("PhiIip McA11ister", "Phillip McAllister"),
        ("Toya Jenkins", "Latoya Jenkins"),
        ("Johannes Brandt", "Hans Brandt"),
        ("Quellmalz, Wm T", "Bill Thaddeus Quellmalz"),
        ("Hyun-Woo Choi", "Hyunwoo Choe"),
        ("Ambrose Tulley", "Ambrose Tully"),
        ("Abdul Rahman Siddiqui", "Abdulrahman Siddiqi"),
        ("ITURMENDI SALVO IGNACIO", "Nacho Iturmendi Salvo"),
        ("Aleksandr Petrov", "Alexander Petroff"),
        ("Carla Burnham", "Carla Bumham"),
        ("Lorna Tulley", "Loma Tulley"),
        ("Lee Ann Tulley", "Leanne Tulley"),
        ("Nellie Tulley", "Eleanor Tulley"),
        ("Terrence Oglesby", "Terrance Ogelsby"),
        ("Ana Maria Castro-Bell", "CASTROBELL ANA M"),
        ("Kaiden Tulley", "Cayden Tulley"),
        ("Delores Tulley", "Dolores Tulley"),
    ],
)
def test_short_and_respelt_forms_are_one_name(first: str, second: str) -> None:
    assert compare_names(first, second).verdict == compare_names(second, first).verdict == "same"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Luis Ramirez Soto", "Luis Soto Medina"),  # his first surname is the other's second
        ("Ana Maria Cruz", "Ana Lucia Cruz"),
        ("Wei Choi", "Wang Choe"),
        ("Mary Smith", "Mary Smyth"),
        ("Luis Peralta Montes", "Luisa Peralta Montes"),
        ("Ana Ruiz Torres", "Ana Torres Ruiz"),
        ("Mr. Terry Hobbs", "Mrs. Teri Hobbs"),
        ("Joan Bisset (née Whitaker)", "Joan Bisset (née Carmody)"),
        ("Susan (Holloway) Pratt", "Susan (Hathaway) Pratt"),
        ("David Lee Cobb", "David Leon Cobb"),
        ("Elena Villaseñor", "Selena Villaseñor"),
    ],
)
def test_relatives_are_not(first: str, second: str) -> None:
    assert compare_names(first, second).verdict != "same"
