"""Scorecards against truth that is known to the last pair."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from skiptrace.errors import BadInput
from skiptrace.evaluation import evaluate
from skiptrace.evaluation.curves import bootstrap, calibration_error, recall_at
from skiptrace.evaluation.reading import KEYS, read_file
from skiptrace.evaluation.report import as_page, as_text

ACCOUNTS = 40


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    """Each account has one record of the subject at the current address and one of somebody else."""
    folder = tmp_path / "truth"
    folder.mkdir()
    ids = list(range(ACCOUNTS))
    pq.write_table(
        pa.table({"account_id": ids, "last": ["Smith", "Okafor"] * (ACCOUNTS // 2)}), folder / "accounts.parquet"
    )
    pairs = {"account_id": ids * 2, "rec_id": list(range(2 * ACCOUNTS))}
    ours = [True] * ACCOUNTS + [False] * ACCOUNTS
    pq.write_table(pa.table(pairs | {"provider": ["north", "south"] * ACCOUNTS}), folder / "candidates.parquet")
    flags = {"y_same": ours, "y_addr": ours, "y_phone": [False] * (2 * ACCOUNTS)}
    pacsv.write_csv(pa.table(pairs | flags), folder / "truth.csv")
    return folder


def scores(path: Path, p: list[float]) -> Path:
    ids = list(range(ACCOUNTS)) * 2
    columns = {"account_id": ids, "rec_id": list(range(2 * ACCOUNTS)), "p_same": p, "p_address": p, "p_phone": p}
    pq.write_table(pa.table(columns), path)
    return path


def test_perfect_scores_get_a_perfect_card(truth: Path, tmp_path: Path) -> None:
    card = evaluate(truth, scores(tmp_path / "s.parquet", [0.999] * ACCOUNTS + [0.001] * ACCOUNTS))
    assert card.matching.recall_at_99.value == 1.0
    assert card.matching.precision_of_claimed == card.matching.recall_of_claimed == 1.0
    assert card.matching.calibration_error == pytest.approx(0.001)
    assert card.address is not None
    assert (card.address.right, card.address.present) == (1.0, 1.0)
    assert card.phone is not None
    assert (card.phone.right, card.phone.present) == (0.0, 0.0)


def test_mistakes_show_in_the_part_they_belong_to(truth: Path, tmp_path: Path) -> None:
    """Every second pair comes from the south, and the matcher is wrong about all records of the subject there."""
    ours = [0.9 if n % 2 == 0 else 0.1 for n in range(ACCOUNTS)]
    card = evaluate(truth, scores(tmp_path / "s.parquet", [*ours, *[0.1] * ACCOUNTS]))
    missed = {part.name: part.missed for part in card.by_source}
    assert missed == {"north": 0.0, "south": 1.0}
    banded = [part.missed for part in card.by_surname if part.pairs]
    assert banded == [1.0, 0.0]  # the rare surname first


def test_a_pair_without_a_score_is_an_error(truth: Path, tmp_path: Path) -> None:
    table = pa.table({"account_id": [0], "rec_id": [0], "p_same": [0.5]})
    pq.write_table(table, tmp_path / "few.parquet")
    with pytest.raises(BadInput, match="79 pairs of the truth have no p_same"):
        evaluate(truth, tmp_path / "few.parquet")


def test_ids_are_texts_in_every_kind_of_file(truth: Path, tmp_path: Path) -> None:
    """Scores by `match` hold ids as texts, and 007 is not 7."""
    pairs = pq.read_table(scores(tmp_path / "s.parquet", [0.9] * ACCOUNTS + [0.1] * ACCOUNTS))
    ids = pairs["account_id"].cast(pa.string())
    pq.write_table(pairs.set_column(0, "account_id", ids), tmp_path / "texts.parquet")
    assert evaluate(truth, tmp_path / "texts.parquet").matching.recall_at_99.value == 1
    (tmp_path / "zeros.csv").write_text("account_id,rec_id,ssn4\n007,1,0920\n")
    table = read_file(tmp_path / "zeros.csv", KEYS)
    assert [column[0].as_py() for column in table.columns] == ["007", "1", "0920"]


def test_a_value_that_is_no_number_names_the_column_and_not_the_value(truth: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("account_id,rec_id,p_same\n1,1,Okafor\n")
    with pytest.raises(BadInput, match="column 3 holds a value that is not a number") as raised:
        evaluate(truth, tmp_path / "bad.csv")
    assert "Okafor" not in str(raised.value)


def test_a_folder_without_truth_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"holds neither truth\.parquet nor truth\.csv"):
        evaluate(tmp_path, tmp_path / "s.parquet")


def test_a_card_prints_as_json_as_a_table_and_as_a_page(truth: Path, tmp_path: Path) -> None:
    card = evaluate(truth, scores(tmp_path / "s.parquet", [0.9] * ACCOUNTS + [0.2] * ACCOUNTS))
    assert json.loads(card.as_json())["matching"]["pairs"] == 2 * ACCOUNTS
    console = Console(width=120, file=io.StringIO(), record=True)
    console.print(as_text(card))
    assert "recall at 99 % precision" in console.export_text()
    page = as_page(card)
    assert page.count("<svg") == 4
    assert not re.search(r"(src|href)=.https?:", page)


def test_recall_counts_whole_ties() -> None:
    """Three pairs share one probability; a threshold takes all of them or none."""
    right = np.array([True, True, False, True])
    assert recall_at(right, np.array([0.9, 0.5, 0.5, 0.5]), 0.99) == pytest.approx(1 / 3)


def test_the_calibration_error_of_honest_odds_is_small_and_of_boasts_large() -> None:
    random = np.random.default_rng(3)
    p = random.uniform(size=20_000)
    right = random.uniform(size=20_000) < p
    assert calibration_error(right, p) < 0.02
    assert calibration_error(right, np.clip(p + 0.2, 0, 1)) > 0.1


def test_the_bootstrap_interval_holds_the_estimate_and_is_repeatable() -> None:
    random = np.random.default_rng(4)
    p = random.uniform(size=2_000)
    right = random.uniform(size=2_000) < p**0.2
    group = np.arange(2_000) // 4
    interval = bootstrap(right, p, group, 0.95)
    assert interval.low <= interval.value <= interval.high
    assert interval == bootstrap(right, p, group, 0.95)
