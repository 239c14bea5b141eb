"""The life of an index on disk: built once, whole or not there, sealed, no more readable than its file, shared."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from skiptrace.errors import ConfigError
from skiptrace.privacy import CannotOpen, KeyRing, RingWrapper
from skiptrace.providers.reference_build import ROW_TEXTS
from skiptrace.providers.reference_file import prepare
from skiptrace.providers.reference_index import ReferenceIndex
from skiptrace.providers.reference_keys import subject_signatures
from skiptrace.providers.reference_sealed import PAGE, Secret, new_secret
from tests.providers.reference_files import write

OKAFOR = "R-1,MARION,OKAFOR,1971-05-23,0142,118 ALDER CT,Austin,TX,78701,5125550142"
WEXLER = "R-2,MARION,WEXLER,1971-05-23,3310,40 BIRCH LN,Salem,OR,97301,"

PREPARE = """
import sys
from pathlib import Path
from skiptrace.privacy import RingWrapper
from skiptrace.providers.reference_file import prepare
print(prepare({"file": sys.argv[1]}, Path(sys.argv[2]), RingWrapper(Path(sys.argv[3]))).rows)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "people.csv", [OKAFOR])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path / "keys.json")


def key_file(home: Path) -> Path:
    return home.parent / "keys.json"


def opened(file: Path, home: Path) -> ReferenceIndex:
    return prepare({"file": str(file)}, home, RingWrapper(key_file(home)))


def folders(home: Path) -> list[Path]:
    return sorted(path for path in (home / "reference").iterdir() if path.is_dir())


def rows_read(file: Path, home: Path, **options: str) -> list[int]:
    """What building tells of its progress; nothing when an index was there already."""
    told: list[int] = []
    prepare({"file": str(file), **options}, home, RingWrapper(key_file(home)), lambda done, _: told.append(done))
    return told


def test_an_index_is_built_once(file: Path, home: Path) -> None:
    assert rows_read(file, home) == [1]
    assert rows_read(file, home) == []


def test_a_changed_file_is_indexed_anew_and_the_old_index_goes(file: Path, home: Path) -> None:
    rows_read(file, home)
    write(file, [OKAFOR, WEXLER])

    assert rows_read(file, home) == [2]
    assert len(folders(home)) == 1


def test_a_file_touched_in_place_with_the_same_size_is_indexed_anew(file: Path, home: Path) -> None:
    rows_read(file, home)
    write(file, [OKAFOR.replace("OKAFOR", "AKAFOR")])
    os.utime(file, ns=(1, 1))

    assert rows_read(file, home) == [1]


def test_another_mapping_is_another_index(file: Path, home: Path) -> None:
    rows_read(file, home)

    assert rows_read(file, home, column_upstream="city") == [1]


def test_an_index_that_is_open_outlives_its_replacement(file: Path, home: Path) -> None:
    before = opened(file, home)
    write(file, [OKAFOR, WEXLER])
    opened(file, home)

    assert before.table.signatures.any()


@pytest.mark.parametrize(("of_file", "of_index", "of_folder"), [(0o600, 0o600, 0o700), (0o640, 0o640, 0o750)])
def test_the_index_has_the_permissions_of_its_file(
    file: Path, home: Path, of_file: int, of_index: int, of_folder: int
) -> None:
    file.chmod(of_file)
    rows_read(file, home)

    (folder,) = folders(home)
    assert stat.S_IMODE(folder.stat().st_mode) == of_folder
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {of_index}


def test_an_index_is_never_open_to_everybody(file: Path, home: Path) -> None:
    file.chmod(0o666)
    rows_read(file, home)

    paths = [path for folder in folders(home) for path in (folder, *folder.iterdir())]
    assert not any(path.stat().st_mode & 0o027 for path in paths)


def test_permissions_taken_from_the_file_are_taken_from_its_index(file: Path, home: Path) -> None:
    file.chmod(0o640)
    rows_read(file, home)
    file.chmod(0o600)
    rows_read(file, home)

    (folder,) = folders(home)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_build_that_is_killed_leaves_nothing_that_is_taken_for_an_index(file: Path, home: Path) -> None:
    script = PREPARE.replace("[3])))", "[3])), lambda *_: __import__('os')._exit(9))")
    arguments = [sys.executable, "-c", script, str(file), str(home), str(key_file(home))]
    killed = subprocess.run(arguments, check=False)
    assert killed.returncode == 9
    assert len(folders(home)) == 1

    assert rows_read(file, home) == [1]
    assert len(folders(home)) == 1


def test_a_build_that_fails_leaves_nothing(file: Path, home: Path) -> None:
    write(file, [OKAFOR, OKAFOR])

    with pytest.raises(ConfigError):
        rows_read(file, home)

    assert folders(home) == []


def test_a_file_that_grows_while_it_is_read_is_refused(file: Path, home: Path) -> None:
    def grow(_done: int, _of: int | None) -> None:
        with file.open("a") as more:
            more.write(WEXLER + "\n")

    with pytest.raises(ConfigError, match="changed while it was read"):
        prepare({"file": str(file)}, home, RingWrapper(key_file(home)), grow)

    assert folders(home) == []


def test_two_processes_at_once_share_one_index(file: Path, home: Path) -> None:
    command = [sys.executable, "-c", PREPARE, str(file), str(home), str(key_file(home))]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]

    assert [process.communicate()[0].strip() for process in started] == ["1", "1"]
    assert len(folders(home)) == 1


def test_a_home_that_is_no_folder_is_a_plain_message(file: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be kept in"):
        prepare({"file": str(file)}, file / "home", RingWrapper(key_file(tmp_path / "home")))


def test_the_people_of_an_index_do_not_print(file: Path, home: Path) -> None:
    assert "OKAFOR" not in repr(opened(file, home))


def test_the_files_of_an_index_name_nobody(file: Path, home: Path) -> None:
    write(file, [OKAFOR, WEXLER, *[OKAFOR.replace("R-1", f"R-{n}") for n in range(10, 200)]])
    opened(file, home)

    (folder,) = folders(home)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert sum(map(len, files.values())) > 20_000
    for value in (b"OKAFOR", b"WEXLER", b"MARION", b"ALDER", b"5125550142", b"1971", b"R-1"):
        assert [name for name, data in files.items() if value in data] == []


def test_equal_values_look_different_in_another_index(file: Path, home: Path, tmp_path: Path) -> None:
    """So nobody finds a person by computing what their values become, or by laying two indexes side by side."""
    write(file, [OKAFOR, WEXLER])
    one, other = opened(file, home), opened(file, tmp_path / "another")
    assert (one.table.signatures != 0).sum() == (other.table.signatures != 0).sum() > 20
    assert not ((one.table.signatures == other.table.signatures) & (one.table.signatures != 0)).any()
    assert 19710523 not in one.table.signatures


def test_rows_of_every_page_are_given_as_the_file_has_them(file: Path, home: Path) -> None:
    rows = [f"R-{n},MARION{'x' * (n % 90)},OKAFOR{n},1971-05-23,0142,{n} ALDER CT,Austin,TX,78701," for n in range(400)]
    write(file, rows)
    index = opened(file, home)
    for n in (0, 1, 57, 58, 199, 398, 399):
        (first, last) = rows[n].split(",")[1:3]
        asked = subject_signatures([(first, last)], None, "0142", [], [])
        assert f'["R-{n}","{first}","{last}"'.encode() in index.reply(asked)


def test_a_changed_byte_of_a_text_is_noticed(file: Path, home: Path) -> None:
    opened(file, home)
    (folder,) = folders(home)
    texts = bytearray((folder / ROW_TEXTS).read_bytes())
    texts[3] ^= 1
    (folder / ROW_TEXTS).write_bytes(texts)

    with pytest.raises(CannotOpen):
        opened(file, home).reply(subject_signatures([("MARION", "OKAFOR")], None, "", [], []))


def test_after_a_rotation_the_index_opens_and_with_another_key_file_it_is_built_anew(file: Path, home: Path) -> None:
    rows_read(file, home)
    KeyRing.rotate(key_file(home))
    assert rows_read(file, home) == []

    key_file(home).unlink()
    KeyRing.create(key_file(home))
    assert rows_read(file, home) == [1]


def test_equal_pages_are_sealed_differently_and_do_not_open_in_each_others_place() -> None:
    secret, page = Secret(new_secret()), b"MARION OKAFOR".ljust(PAGE)
    first, second = secret.seal_page(0, page), secret.seal_page(1, page)

    assert first[:PAGE] != second[:PAGE]
    assert secret.open_page(0, memoryview(first)) == page
    with pytest.raises(CannotOpen):
        secret.open_page(1, memoryview(first))
