import hashlib
import multiprocessing
import os
import time
from pathlib import Path

import pytest

from podloom.errors import MissingDependencyError, StorageError
from podloom.modelfiles import KOKORO, WHISPER_BASE, ModelFile, join_parts, model_file

WHOLE = b"one" * 500_000 + b"two" * 500_000
SHA256 = hashlib.sha256(WHOLE).hexdigest()


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    halves = [tmp_path / "part1", tmp_path / "part2"]
    halves[0].write_bytes(WHOLE[:1_500_000])
    halves[1].write_bytes(WHOLE[1_500_000:])
    return halves


def join(parts: list[Path], target: Path, *, verify: bool = False) -> Path:
    return join_parts(parts, target, size_bytes=len(WHOLE), sha256=SHA256, verify=verify)


def join_and_report(parts: list[Path], target: Path, results: "multiprocessing.Queue[str]") -> None:
    results.put(hashlib.sha256(join(parts, target).read_bytes()).hexdigest())


def test_parts_become_one_file(parts, tmp_path):
    target = join(parts, tmp_path / "models" / "whole.bin")
    assert target.read_bytes() == WHOLE
    assert [path.name for path in target.parent.iterdir()] == ["whole.bin"]


def test_a_file_that_is_there_is_left_alone(parts, tmp_path):
    target = join(parts, tmp_path / "whole.bin")
    before = target.stat().st_ino
    join(parts, target)
    assert target.stat().st_ino == before


def test_a_cut_file_is_joined_again(parts, tmp_path):
    target = tmp_path / "whole.bin"
    target.write_bytes(WHOLE[:1000])
    assert join(parts, target).read_bytes() == WHOLE


@pytest.mark.parametrize(("verify", "healed"), [(False, False), (True, True)])
def test_changed_bytes_are_found_by_verify(parts, tmp_path, verify, healed):
    target = tmp_path / "whole.bin"
    target.write_bytes(b"x" * len(WHOLE))
    assert (join(parts, target, verify=verify).read_bytes() == WHOLE) is healed


def test_damaged_parts_leave_nothing_behind(parts, tmp_path):
    parts[1].write_bytes(b"something else")
    folder = tmp_path / "models"
    with pytest.raises(MissingDependencyError, match=r"'whole.bin' are damaged .* reinstall"):
        join(parts, folder / "whole.bin")
    assert list(folder.iterdir()) == []


def test_a_missing_part_names_its_path(parts, tmp_path):
    parts[1].unlink()
    with pytest.raises(MissingDependencyError, match="part2' is missing"):
        join(parts, tmp_path / "whole.bin")


def test_a_folder_that_cannot_be_made_is_a_storage_error(parts, tmp_path):
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(StorageError, match=r"cannot write the model file .*it needs 3 MB"):
        join(parts, tmp_path / "models" / "whole.bin")


def test_a_package_that_is_not_installed_names_the_extra(tmp_path):
    wanted = ModelFile("x.bin", 1, "0", (("podloom_no_such_package", "x"),), extra="kokoro")
    with pytest.raises(MissingDependencyError, match=r"podloom_no_such_package.*podloom\[kokoro\]"):
        model_file(wanted, tmp_path)


def test_scratch_files_of_killed_processes_go(parts, tmp_path):
    old, fresh = tmp_path / ".whole.bin.aa", tmp_path / ".whole.bin.bb"
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    join(parts, tmp_path / "whole.bin")
    assert (old.exists(), fresh.exists()) == (False, True)


def test_several_processes_may_join_at_once(parts, tmp_path):
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    arguments = (parts, tmp_path / "models" / "whole.bin", results)
    processes = [context.Process(target=join_and_report, args=arguments) for _ in range(4)]
    for process in processes:
        process.start()
    found = [results.get(timeout=30) for _ in processes]
    for process in processes:
        process.join()
    assert found == [SHA256] * 4


@pytest.mark.parametrize("wanted", [KOKORO, *WHISPER_BASE], ids=lambda wanted: wanted.name)
def test_the_installed_packages_hold_the_pinned_bytes(wanted, tmp_path):
    for package, _ in wanted.parts:
        pytest.importorskip(package)
    path = model_file(wanted, tmp_path)
    assert path.stat().st_size == wanted.size_bytes
