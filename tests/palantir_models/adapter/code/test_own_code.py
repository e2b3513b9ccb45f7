"""A version is loaded with the code that it was published with, whatever becomes of the project."""

from __future__ import annotations

import inspect
import logging
import os
import pickle
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from palantir_models.adapter.code import choosing
from palantir_models.errors import ArtifactMismatchError, SerializationError

from .conftest import Project, adapter_source


def test_editing_predict_changes_no_saved_version(project: Project, answers: Callable[[Any], int]) -> None:
    """Two versions of one class answer side by side in one process, each as it did when it was saved."""
    project.write("mine.py", adapter_source("return x + self.inner"))
    first = project.save(project.module("mine").Model(10))
    project.write("mine.py", adapter_source("return x - self.inner"))
    second = project.save(project.module("mine").Model(10))
    project.write("mine.py", adapter_source("raise RuntimeError('broken')"))
    assert [answers(project.load(one)) for one in (first, second, first)] == [11, -9, 11]
    with pytest.raises(RuntimeError, match="broken"):
        project.load(first, "project").transform(x=1)


def test_equal_code_is_the_projects_own(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    """While nothing changed, the class is that of the project, so isinstance holds, and nothing is said."""
    project.write("mine.py", adapter_source("return x"))
    saved = project.save(project.module("mine").Model(0))
    assert type(project.load(saved)) is project.module("mine").Model
    project.forget()
    assert type(project.load(saved)) is project.module("mine").Model
    assert caplog.records == []


def test_what_differs_is_said_once(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    """A warning names the class, the file and with which code it is loaded, once for each."""
    project.write("mine.py", adapter_source("return x"))
    saved = project.save(project.module("mine").Model(0))
    project.write("mine.py", adapter_source("return -x"))
    for code in ("version", "version", "project"):
        project.load(saved, code)
    assert [record.getMessage() for record in caplog.records] == [
        "mine:Model is loaded with the code that it was published with: mine.py in the project differs or is gone.",
        "mine:Model is loaded with the project's code of today: mine.py in the project differs or is gone.",
    ]
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


@pytest.mark.parametrize("loss", ["deleted", "cannot be imported", "package broken"])
def test_the_project_may_be_gone(project: Project, answers: Callable[[Any], int], loss: str) -> None:
    """A file that was deleted or moved, that cannot be imported, or whose package cannot be, is no hindrance."""
    project.write("pack/__init__.py", "")
    file = project.write("pack/mine.py", adapter_source("return x + 1"))
    saved = project.save(project.module("pack.mine").Model(0))
    project.forget()
    if loss == "deleted":
        file.unlink()
    elif loss == "package broken":
        project.write("pack/__init__.py", "raise RuntimeError('not today')")
    else:
        project.write("pack/mine.py", "import no_such_library")
    assert answers(project.load(saved)) == 2


def test_packages_with_relative_imports_and_siblings(project: Project, answers: Callable[[Any], int]) -> None:
    """Whatever way a module is imported, at the top or inside of a function, the version's own is found."""
    project.write("pack/__init__.py", "from .parts import ONE")
    project.write("pack/parts.py", "ONE = 1\nTWO = 2\n__all__ = ['TWO']")
    project.write("pack/deep/__init__.py", "")
    project.write("pack/deep/leaf.py", "from ..parts import *\nfrom .. import ONE\nLEAF = TWO + ONE")
    project.write("helper.py", "def add(x):\n    import pack.deep.leaf\n    return x + pack.deep.leaf.LEAF")
    imports = "import helper\nfrom .deep import leaf\nfrom . import parts"
    project.write(
        "pack/mine.py",
        adapter_source("from pack import parts as again\nreturn helper.add(x) + leaf.LEAF + again.ONE", imports),
    )
    saved = project.save(project.module("pack.mine").Model(0))
    names = {name for name in saved[1].sha256 if name.startswith(".code/")}
    assert names == {
        f".code/{name}.py"
        for name in ("helper", "pack/__init__", "pack/mine", "pack/parts", "pack/deep/__init__", "pack/deep/leaf")
    }
    for name in ("helper.py", "pack/parts.py", "pack/deep/leaf.py"):
        project.write(name, "raise RuntimeError")
    model = project.load(saved)
    assert answers(model) == 1 + 3 + 3 + 1
    in_threads: list[int] = []
    threads = [threading.Thread(target=lambda: in_threads.append(answers(project.load(saved)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert in_threads == [8] * 8


def test_modules_with_hyphens_and_digits(project: Project, answers: Callable[[Any], int]) -> None:
    """What discovery imports by its file is kept under the name that it has."""
    from transforms.spec.discovery import transforms_of

    project.write("pack/__init__.py", "")
    project.write("pack/2-mine.py", adapter_source("return x * 2"))
    list(transforms_of(project.module("pack")))
    saved = project.save(sys.modules["pack.2-mine"].Model(0))
    assert saved[1].adapter == "pack.2-mine:Model"
    project.write("pack/2-mine.py", "")
    assert answers(project.load(saved)) == 2


def test_files_that_a_module_reads_beside_itself_are_kept(project: Project, answers: Callable[[Any], int]) -> None:
    """A constant that names a file in the module's folder has it kept; another file of it is other code."""
    project.write("pack/labels.txt", "41")
    body = "from pathlib import Path\nreturn x + int((Path(__file__).parent / 'labels.txt').read_text())"
    project.write("pack/mine.py", adapter_source(body))
    saved = project.save(project.module("pack.mine").Model(0))
    assert ".code/pack/labels.txt" in saved[1].sha256
    assert type(project.load(saved)) is project.module("pack.mine").Model
    project.write("pack/labels.txt", "0")
    assert answers(project.load(saved)) == 42


def test_state_at_the_level_of_a_module_is_each_versions_own(project: Project, answers: Callable[[Any], int]) -> None:
    """What one version counts in its module, another one does not see; versions with equal code share it."""
    body = "global CALLS\nCALLS += 1\nreturn CALLS"
    project.write("mine.py", adapter_source(body, "CALLS = 0"))
    saved = [project.save(project.module("mine").Model(number)) for number in (1, 2)]
    project.write("mine.py", adapter_source(body, "CALLS = 100"))
    today = project.module("mine").Model(3)
    assert [answers(one) for one in (project.load(saved[0]), today, project.load(saved[1]), today)] == [1, 101, 2, 102]


@pytest.mark.parametrize("serializer", ["DillSerializer", "CloudPickleSerializer"])
@pytest.mark.parametrize("place", ["imported by the adapter", "known to the state alone"])
def test_pickles_mean_the_versions_own_modules(
    project: Project, answers: Callable[[Any], int], serializer: str, place: str
) -> None:
    """An object of a project's class, a function of it and a module come back as the version's own."""
    net = "FACTOR = {}\ndef times(x):\n    return x * FACTOR\nclass Net:\n    class Part:\n        value = FACTOR\n"
    project.write("net.py", net.format(5))
    imports = f"from palantir_models.serializers import {serializer}\n"
    imports += "import net\n" if place.startswith("imported") else ""
    source = adapter_source(
        "return self.inner['net'].value * self.inner['function'](x) * vars(self.inner['module']).get('FACTOR', 5)",
        imports,
    )
    project.write("mine.py", source.replace("@pm.auto_serialize", f"@pm.auto_serialize(inner={serializer}())"))
    found = project.module("net")
    inner = {"net": found.Net.Part(), "function": found.times, "module": found}
    if serializer == "DillSerializer":  # writes what is in a module, and puts it back into the one that it finds
        inner["module"] = found.Net.Part
    saved = project.save(project.module("mine").Model(inner))
    assert ".code/net.py" in saved[1].sha256
    project.write("net.py", net.format(1))
    assert answers(project.load(saved)) == 125
    assert type(project.load(saved, "project").inner["net"]) is project.module("net").Net.Part


BY_HAND = """
    {imports}
    import palantir_models as pm
    import net

    class Model(pm.ModelAdapter):
        def __init__(self, inner):
            self.inner = inner

        @classmethod
        def api(cls):
            return {{"x": pm.Parameter(int)}}, {{"y": pm.Parameter(int)}}

        def predict(self, x):
            return x * self.inner.factor()

        def save(self, state_writer):
            with state_writer.open("model", "wb") as file:
                {save}

        @classmethod
        def load(cls, state_reader):
            with state_reader.open("model", "rb") as file:
                return cls({load})
"""


@pytest.mark.parametrize(
    ("imports", "save", "load"),
    [
        ("import pickle", "pickle.dump(self.inner, file, protocol=0)", "pickle.load(file)"),
        ("import pickle", "pickle.dump(self.inner, file)", "pickle.Unpickler(file).load()"),
        ("import pickle", "file.write(pickle.dumps(self.inner))", "pickle.loads(file.read())"),
        ("import joblib", "joblib.dump(self.inner, file)", "joblib.load(file)"),
        ("import dill", "dill.dump(self.inner, file)", "dill.load(file)"),
        ("import cloudpickle", "cloudpickle.dump(self.inner, file)", "cloudpickle.load(file)"),
        ("import numpy", "numpy.save(file, numpy.array([self.inner]))", "numpy.load(file, allow_pickle=True)[0]"),
        ("import pandas", "pandas.Series([self.inner]).to_pickle(file)", "pandas.read_pickle(file)[0]"),
    ],
)
def test_a_load_of_ones_own_unpickles_the_versions_own_classes(
    project: Project, answers: Callable[[Any], int], imports: str, save: str, load: str
) -> None:
    """Whatever library reads the pickle; and afterwards names mean the project's modules again."""
    net = "class Net:\n    def factor(self):\n        return {}\n"
    project.write("net.py", net.format(7))
    project.write("mine.py", BY_HAND.format(imports=imports, save=save, load=load))
    saved = project.save(project.module("mine").Model(project.module("net").Net()))
    project.write("net.py", net.format(1))
    before = pickle.load, pickle.loads, pickle.Unpickler
    assert answers(project.load(saved)) == 7
    assert (pickle.load, pickle.loads, pickle.Unpickler) == before
    assert pickle.loads(pickle.dumps(project.module("net").Net())).factor() == 1


def test_other_threads_unpickle_the_projects_own_classes_meanwhile(project: Project) -> None:
    """Names mean the version's modules for the thread that loads it, and for no other."""
    net = "class Net:\n    value = {}\n"
    project.write("net.py", net.format(7))
    imports, load = "import pickle, handshake", "handshake.meet(pickle.load(file))"
    project.write("handshake.py", "def meet(found):\n    return found\n")
    project.write("mine.py", BY_HAND.format(imports=imports, save="pickle.dump(self.inner, file)", load=load))
    saved = project.save(project.module("mine").Model(project.module("net").Net()))
    project.write("net.py", net.format(1))
    content, seen = pickle.dumps(project.module("net").Net()), []
    kept = project.load(saved)
    space = sys.modules[type(kept).__module__.rpartition(".")[0] + ".handshake"]

    def meet(found: Any) -> Any:
        other = threading.Thread(target=lambda: seen.append(pickle.loads(content).value))
        other.start()
        other.join()
        seen.append(pickle.loads(content).value)
        return found

    space.meet = meet  # type: ignore[attr-defined]
    assert project.load(saved).inner.value == 7
    assert seen == [1, 7]


def test_a_loaded_version_is_saved_with_its_own_code_again(project: Project, answers: Callable[[Any], int]) -> None:
    """An adapter that came from kept code keeps the same code and name, and needs no project."""
    project.write("mine.py", adapter_source("return x + self.inner"))
    first = project.save(project.module("mine").Model(1))
    project.write("mine.py", adapter_source("return 0"))
    again = project.save(project.load(first))
    assert again[1].adapter == "mine:Model"
    code = [{name: d for name, d in saved[1].sha256.items() if name.startswith(".code/")} for saved in (first, again)]
    assert code[0] == code[1]
    assert answers(project.load(again)) == 2


@pytest.mark.parametrize("serializer", ["DillSerializer", "CloudPickleSerializer"])
def test_objects_of_kept_code_bring_it_into_a_version_of_todays_class(
    project: Project, answers: Callable[[Any], int], serializer: str
) -> None:
    """A job that continues training may publish today's class around an object of the earlier version's class."""
    net = "class Net:\n    def value(self):\n        import late\n        return {} + late.ZERO\n"
    imports = f"import net\nfrom palantir_models.serializers import {serializer}"
    bare, named = "@pm.auto_serialize", f"@pm.auto_serialize(inner={serializer}())"
    project.write("late.py", "ZERO = 0")
    project.write("net.py", net.format(5))
    project.write("mine.py", adapter_source("return self.inner.value()", imports).replace(bare, named))
    first = project.save(project.module("mine").Model(project.module("net").Net()))
    project.write("late.py", "ZERO = 1000")
    project.write("net.py", net.format(6))
    project.write("mine.py", adapter_source("return self.inner.value() + 100", imports).replace(bare, named))
    before = project.load(first)
    assert not isinstance(before.inner, project.module("net").Net)
    second = project.save(project.module("mine").Model(before.inner))
    project.forget()
    choosing.importlib.invalidate_caches()
    for name in [name for name in sys.modules if name.startswith("_kept_")]:
        del sys.modules[name]  # as in a new process
    assert type(project.load(second)) is project.module("mine").Model
    assert answers(project.load(second)) == 105
    project.write("mine.py", "")
    assert answers(project.load(second)) == 105


def test_changed_code_does_not_run(project: Project) -> None:
    """Kept code is compared with its sums before any of it runs."""
    project.write("mine.py", adapter_source("return x"))
    state, told = project.save(project.module("mine").Model(0))
    project.write("mine.py", adapter_source("return -x"))
    trace = state.parent / "trace"
    (state / ".code/mine.py").write_text(f"open({str(trace)!r}, 'w')")
    with pytest.raises(ArtifactMismatchError, match=r"\.code/mine\.py was changed"):
        project.load((state, told))
    assert not trace.exists()


def test_tracebacks_and_sources_name_the_kept_file(project: Project) -> None:
    """A person sees the line that ran, and where it lies."""
    project.write("mine.py", adapter_source("raise ValueError('here')"))
    state, told = project.save(project.module("mine").Model(0))
    project.write("mine.py", "\n\n" + adapter_source("return 1"))
    model = project.load((state, told))
    with pytest.raises(ValueError, match="here") as raised:
        model.predict(1)
    (*_, last) = traceback.extract_tb(raised.value.__traceback__)
    assert (last.filename, last.line) == (str(state / ".code/mine.py"), "raise ValueError('here')")
    assert "raise ValueError('here')" in inspect.getsource(type(model))
    assert inspect.getsourcefile(type(model)) == str(state / ".code/mine.py")


def test_an_error_of_kept_code_says_whose_code_it_is(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails while it is loaded is told with how to load it with today's code."""
    project.write("mine.py", adapter_source("return x", "import os\nassert os.environ.get('MINE') != 'broken'"))
    saved = project.save(project.module("mine").Model(0))
    project.write("mine.py", adapter_source("return -x"))
    monkeypatch.setenv("MINE", "broken")
    with pytest.raises(AssertionError) as failed:
        project.load(saved)
    assert any("code='project'" in note for note in failed.value.__notes__)


def test_a_forked_process_imports_kept_code(project: Project, answers: Callable[[Any], int]) -> None:
    """What a function imports for the first time in a forked worker is the version's own, too."""
    project.write("late.py", "VALUE = 3")
    project.write("mine.py", adapter_source("import late\nreturn late.VALUE"))
    saved = project.save(project.module("mine").Model(0))
    project.write("late.py", "VALUE = 0")
    model = project.load(saved)
    child = os.fork()
    if not child:
        os._exit(answers(model))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3


def test_kept_code_runs_in_workers_of_joblib(project: Project, answers: Callable[[Any], int]) -> None:
    """Its workers are processes that know nothing of kept code: functions and what they need go there whole."""
    project.write("helper.py", "FACTOR = 5\nclass Times:\n    def by(self, x):\n        return x * FACTOR\n")
    body = (
        "from joblib import Parallel, delayed\nreturn sum(Parallel(2)(delayed(helper.Times().by)(x) for _ in range(2)))"
    )
    project.write("mine.py", adapter_source(body, "import helper"))
    saved = project.save(project.module("mine").Model(0))
    project.write("helper.py", "")
    assert answers(project.load(saved)) == 10


def test_what_a_package_lacks_is_said_by_the_statement(project: Project, answers: Callable[[Any], int]) -> None:
    """Code may try to import what is optional; today's package, which may be broken, is no matter."""
    project.write("optional_pack/__init__.py", "")
    body = "try:\n    from optional_pack import speedups\nexcept ImportError:\n    return 7\nreturn 0"
    project.write("optional_pack/mine.py", adapter_source(body, "import optional_pack"))
    saved = project.save(project.module("optional_pack.mine").Model(0))
    project.write("optional_pack/__init__.py", "raise RuntimeError('not today')")
    assert answers(project.load(saved)) == 7


def test_code_that_was_edited_while_a_job_runs_is_kept_as_it_ran(
    project: Project, answers: Callable[[Any], int]
) -> None:
    """The build read the file when it began; an edit during hours of training is none of the version's."""
    from transforms.spec.modules import source

    file = project.write("mine.py", adapter_source("return x + 1"))
    model = project.module("mine").Model(0)
    source(str(file))  # as a build does before the job begins
    file.write_text(adapter_source("return x + 2"))
    saved = project.save(model)
    project.forget()
    assert answers(project.load(saved)) == 2
    reloaded = project.save(project.module("mine").Model(0))
    assert b"x + 2" in (reloaded[0] / ".code/mine.py").read_bytes()


def test_a_class_that_was_imported_before_an_edit_is_not_taken_for_the_projects(
    project: Project, answers: Callable[[Any], int], caplog: pytest.LogCaptureFixture
) -> None:
    """A notebook goes on with the class of before, and loads what a build published since: with that one's code."""
    project.write("mine.py", adapter_source("return x + 1"))
    before = project.module("mine")
    project.write("mine.py", adapter_source("return x + 22"))
    saved = project.save(project.module("mine").Model(0))
    sys.modules["mine"] = before
    model = project.load(saved)
    assert (answers(model), isinstance(model, before.Model)) == (23, False)
    assert "mine.py was edited since this process imported it" in caplog.text


def test_an_edit_that_was_not_imported_is_said(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    """A notebook may have edited a file, and go on with the class of before: what is kept is not what it has."""
    file = project.write("mine.py", adapter_source("return x + 1"))
    model = project.module("mine").Model(0)
    project.save(model)
    assert caplog.records == []
    file.write_text(adapter_source("return x + 2"))
    from transforms.spec.modules import source

    source.cache_clear()  # nobody read it before
    project.save(model)
    assert "mine.py was edited since it was imported" in caplog.text


def test_a_state_with_a_folder_of_that_name_is_refused(project: Project, tmp_path: Path) -> None:
    """The folder is the version's; the author is told to choose another name."""
    project.write("net.py", "")
    save = "state_writer.open('.code/x', 'w').close()"
    project.write("mine.py", BY_HAND.format(imports="", save=save, load="1"))
    with pytest.raises(SerializationError, match=r"has a folder '\.code'"):
        project.save(project.module("mine").Model(0))


def test_versions_without_kept_code_load_as_before(project: Project, answers: Callable[[Any], int]) -> None:
    """What was published before code was kept has the project's code."""
    import shutil

    project.write("mine.py", adapter_source("return x"))
    state, told = project.save(project.module("mine").Model(0))
    shutil.rmtree(state / ".code")
    for name in [name for name in told.sha256 if name.startswith(".code/")]:
        del told.sha256[name]
    project.write("mine.py", adapter_source("return -x"))
    assert answers(project.load((state, told))) == -1
