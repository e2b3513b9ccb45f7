"""The folder of a model's state, as serializers see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from palantir_models import ModelStateReader, ModelStateWriter
from palantir_models.errors import ArtifactNotFoundError
from transforms.errors import UsageError


def test_files_are_real_and_named(state: Path) -> None:
    """``open`` gives a local file whose name other libraries can write to."""
    with ModelStateWriter(state).open("a/b.txt", "w") as file:
        Path(file.name).write_text("by name")
    with ModelStateReader(state).open("/a/b.txt", "r") as file:
        assert (file.read(), Path(file.name)) == ("by name", (state / "a/b.txt").resolve())


def test_binary_is_the_default_mode(state: Path) -> None:
    """Without a mode, bytes are written and read."""
    with ModelStateWriter(state).open("x") as file:
        file.write(b"\x00\xff")
    with ModelStateReader(state).open("x") as file:
        assert file.read() == b"\x00\xff"


def test_files_and_folders_are_copied(state: Path, tmp_path: Path) -> None:
    """``put_file`` and ``put_directory`` copy to the root or to a path; ``extract`` copies back."""
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / "sub" / "f.txt").write_text("f")
    writer = ModelStateWriter(state)
    state.mkdir()
    writer.put_file(source / "sub" / "f.txt")
    writer.put_file(str(source / "sub" / "f.txt"), "deep/g.txt")
    writer.put_directory(source)
    writer.put_directory(source, "copy")
    expected = ["copy/sub/f.txt", "deep/g.txt", "f.txt", "sub/f.txt"]
    reader = ModelStateReader(state)
    reader.extract(tmp_path / "out")
    with reader.extract_to_temp_dir() as everything, reader.extract_to_temp_dir("copy") as part:
        for root in (state, tmp_path / "out", Path(everything)):
            assert sorted(p.relative_to(root).as_posix() for p in root.rglob("*.txt")) == expected
        assert (Path(part) / "sub" / "f.txt").read_text() == "f"
    assert not Path(everything).exists()


def test_extract_defaults_to_the_working_folder(state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``extract`` without a destination copies to the working folder."""
    with ModelStateWriter(state).open("x") as file:
        file.write(b"1")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    ModelStateReader(state).extract()
    assert (tmp_path / "here" / "x").read_bytes() == b"1"


def test_folders_are_made_and_found(state: Path) -> None:
    """``mkdir`` and ``dir`` give the same local path."""
    made = ModelStateWriter(state).mkdir("weights/first")
    assert ModelStateReader(state).dir("weights/first") == made
    assert Path(made).is_dir()


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/../x", "link/x"])
def test_no_path_leaves_the_folder(state: Path, tmp_path: Path, path: str) -> None:
    """A path above the state, or through a link out of it, is refused by every method."""
    state.mkdir()
    (state / "link").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "x").write_text("secret")
    writer, reader = ModelStateWriter(state), ModelStateReader(state)
    for call in (writer.open, writer.mkdir, reader.open, reader.dir, reader.extract_to_temp_dir):
        with pytest.raises(UsageError, match="leaves the folder"):
            call(path)
    with pytest.raises(UsageError):
        writer.put_file(tmp_path / "x", path)
    with pytest.raises(UsageError):
        writer.put_directory(tmp_path, path)
    assert (tmp_path / "x").read_text() == "secret"


def test_reader_never_writes(state: Path) -> None:
    """A writing mode is refused by a reader."""
    with ModelStateWriter(state).open("x") as file:
        file.write(b"1")
    for mode in ("w", "ab", "r+", "x"):
        with pytest.raises(UsageError, match="only read"):
            ModelStateReader(state).open("x", mode)


def test_missing_file_lists_what_there_is(state: Path) -> None:
    """A file that was not saved is a FileNotFoundError that names those that were."""
    with ModelStateWriter(state).open("there.bin") as file:
        file.write(b"1")
    with pytest.raises(FileNotFoundError, match=r"no 'gone.bin'; it holds 'there.bin'"):
        ModelStateReader(state).open("gone.bin")
    with pytest.raises(ArtifactNotFoundError, match="is a file"):
        ModelStateReader(state).dir("there.bin")
