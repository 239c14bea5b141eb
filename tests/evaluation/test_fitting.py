"""Fitting: the solver on its own, and parameters from a small labelled population."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from skiptrace.evaluation.fitting import fit, select_accounts
from skiptrace.evaluation.labelled import read_labelled
from skiptrace.evaluation.logistic import fit_logistic
from skiptrace.evaluation.shapes import Ramp, Table
from skiptrace.matching.levels import LEVELS
from skiptrace.matching.scoring import score
from skiptrace.matching.weights import as_file, read_parameters, shipped_parameters

GIVEN = ("Marion", "Dale", "Robert", "Ines", "Lou", "Petra", "Hugo", "Abel")
SURNAMES = ("Okafor", "Varga", "Lindqvist", "Brandt", "Moss", "Tull")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Invented accounts; the subject moved in 2020, a namesake and a neighbour are among the candidates."""
    random = np.random.default_rng(11)
    accounts, candidates, truth = [], [], []
    for n in range(150):
        first, last = GIVEN[n % 8], SURNAMES[n % 6]
        born, ssn4 = f"{1940 + n % 50}-0{1 + n % 9}-1{n % 9}", f"{1000 + n * 37 % 9000}"
        old, new = ("house", str(10 + n)), ("house", str(500 + n))
        shared = {"street": "Alder Ct", "city": "Austin", "state": "TX", "zip": f"787{n % 90:02}"}
        accounts.append(
            {"account_id": n, "first": first, "last": last, "dob": born, "ssn4": ssn4, "as_of": 2026,
             "account_year": 2019, "phone": f"51255501{n % 90:02}"} | shared | dict([old])
        )  # fmt: skip
        people = [
            (first, last, born, ssn4, new, 2020, 2025, True),
            (first, last, "", "" if random.random() < 0.5 else ssn4, new, 2020, 2026, True),
            (first, last, born, "", old, 2008, 2019, True),
            (first, last, f"{1990 - n % 40}-03-03", f"{9999 - n}", ("house", str(900 + n)), 2015, 2026, False),
            (GIVEN[(n + 3) % 8], last, "1950-01-01", "", old, 2008, 2025, False),
        ]
        for k, (given, family, dob, digits, home, since, until, same) in enumerate(people):
            candidates.append(
                {"account_id": n, "rec_id": 10 * n + k, "first": given, "last": family, "dob": dob, "ssn4": digits,
                 "phone": f"71355501{(n * 5 + k) % 90:02}", "phone_type": "mobile", "phone_last_seen": until,
                 "provider": "AB"[k % 2], "first_seen": since, "last_seen": until} | shared | dict([home])
            )  # fmt: skip
            now = same and home == new
            truth.append({"account_id": n, "rec_id": 10 * n + k, "y_same": same, "y_addr": now, "y_phone": now})
    for name, rows in (("accounts", accounts), ("candidates", candidates), ("truth", truth)):
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / f"{name}.parquet")
    return tmp_path


def test_parameters_fitted_to_some_accounts_tell_people_apart_in_others(folder: Path) -> None:
    labelled = read_labelled(folder)
    parameters = fit(select_accounts(labelled, np.arange(100)), shipped_parameters().stated, "test")
    others = select_accounts(labelled, np.arange(100, 150))
    scores = score(others.candidates, parameters)
    assert ((scores.p_same > 0.5) == others.same).mean() > 0.97
    assert scores.p_address[others.address_now].mean() > 0.8
    assert scores.p_address[others.same & ~others.address_now].mean() < 0.2


def test_a_parameter_file_can_be_read_back(folder: Path) -> None:
    labelled = read_labelled(folder)
    parameters = fit(labelled, shipped_parameters().stated, "test")
    again = read_parameters(as_file(parameters, {"fitted_to": "invented people"}))
    one, two = (score(labelled.candidates, p).p_same for p in (parameters, again))
    assert one == pytest.approx(two, abs=0.02)


def test_a_coefficient_that_is_bound_does_not_go_below_zero() -> None:
    random = np.random.default_rng(5)
    x = random.normal(size=(4_000, 2))
    labels = (random.uniform(size=4_000) < 1 / (1 + np.exp(-(0.5 + 1.5 * x[:, 0] - 1.0 * x[:, 1])))).astype(float)
    free = fit_logistic(x, labels, np.array([False, False]))
    bound = fit_logistic(x, labels, np.array([True, True]))
    assert (free[0], *free[1]) == pytest.approx((0.5, 1.5, -1.0), abs=0.15)
    assert bound[1][1] == 0.0
    assert bound[1][0] > 0.8


def test_a_table_keeps_its_order_whatever_the_data_say() -> None:
    table = Table(("different", "one_sided"), ("same",))
    weights = table.weights("suffix", np.array([0.3, 0.2, 0.5]))
    by_level = dict(zip(LEVELS["suffix"], weights, strict=True))
    assert by_level["different"] < by_level["one_sided"] < by_level["missing"] == 0.0 < by_level["same"]


def test_a_ramp_is_nothing_at_its_zero_and_keeps_its_direction() -> None:
    curve, level = Ramp((0.0, 1.0, 3.0), -1, 1.0).curve(np.array([0.7, 0.2]))
    assert curve(np.array([1.0])) == pytest.approx(0.0)
    assert np.all(np.diff(curve.bits) <= 0)
    assert level < 0
