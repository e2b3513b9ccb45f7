"""The graph, selections, staleness and pictures, on random and on known graphs."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import DeclarationError, NotFoundError
from transforms.plan.graph import Graph, Node
from transforms.plan.render import to_mermaid, to_text
from transforms.plan.selection import select
from transforms.plan.staleness import LastBuild, Plan, PlannedJob, State, plan_jobs
from transforms.plan.svg import to_svg
from transforms.spec.resource import Resource
from transforms.spec.source import SourceLocation

PLACE = SourceLocation("r.py", 1)


def node(name, reads=(), writes=None, tags=(), version="v1"):
    """Return a transform that writes a dataset of its name, unless told otherwise."""
    outputs = tuple(Resource("dataset", alias) for alias in ([f"/{name}"] if writes is None else writes))
    inputs = tuple(Resource("dataset", alias) for alias in reads)
    return Node(name, inputs, outputs, SourceLocation(f"{name}.py", 1), lambda: version, tags)


@st.composite
def dags(draw):
    """A random graph without cycles, its transforms in a random order."""
    count = draw(st.integers(1, 12))
    nodes = [
        node(f"n{n}", sorted({f"/n{draw(st.integers(0, n - 1))}" for _ in range(draw(st.integers(0, 3)))} if n else ()))
        for n in range(count)
    ]
    return Graph(draw(st.permutations(nodes)))


KNOWN = [
    node("raw"),
    node("clean", ["/raw", "/outside"]),
    node("train", ["/clean"], tags=("ml",)),
    node("score", ["/train", "/clean"]),
]


@given(dags())
def test_nothing_comes_before_what_it_needs(graph):
    """The order respects every edge."""
    place = {found.name: number for number, found in enumerate(graph.order)}
    for found in graph.nodes:
        assert all(place[before.name] < place[found.name] for before in graph.upstream(found, depth=1))


@given(dags(), st.data())
def test_plus_selects_the_closure(graph, data):
    """``+x`` is x with all it needs, and it is closed; ``x+`` the other way round."""
    chosen = data.draw(st.sampled_from(graph.nodes))
    up = {found.name for found in select(graph, [f"+{chosen.name}"])}
    down = {found.name for found in select(graph, [f"{chosen.name}+"])}
    for found in graph.nodes:
        if found.name in up:
            assert {before.name for before in graph.upstream(found, depth=1)} <= up
        if found.name in down:
            assert {after.name for after in graph.downstream(found, depth=1)} <= down
    assert up & down == {chosen.name}


@given(dags(), st.data(), st.none() | st.integers(0, 4))
def test_steps_are_counted_from_the_nearest_start(graph, data, depth):
    """What several transforms reach together is what each reaches alone, however many steps are allowed."""
    starts = data.draw(st.lists(st.sampled_from(graph.nodes), unique_by=lambda found: found.name))
    for reach in (graph.upstream, graph.downstream):
        alone = {found.name for start in starts for found in reach(start, depth=depth)}
        names = {start.name for start in starts}
        together = [found.name for found in reach(*starts, depth=depth)]
        assert len(together) == len(set(together))
        assert set(together) == alone - names


@given(dags())
def test_the_same_declarations_give_the_same_order_and_pictures(graph):
    """Nothing hangs on the order of a set."""
    again = Graph(graph.nodes)
    assert again.order == graph.order
    assert (to_text(again), to_mermaid(again), to_svg(again)) == (to_text(graph), to_mermaid(graph), to_svg(graph))


@given(dags())
def test_after_a_build_everything_is_fresh_and_before_it_nothing(graph):
    """Planning what was just built plans nothing."""
    nodes = list(graph.order)
    assert all(job.action == "build" for job in plan_jobs(graph, nodes).jobs)
    current = {r.key: number for number, found in enumerate(nodes, 1) for r in found.outputs}
    last = {
        r.key: LastBuild(found.name, "v1", {i.key: current[i.key] for i in found.inputs}, current[r.key])
        for found in nodes
        for r in found.outputs
    }
    plan = plan_jobs(graph, nodes, State(last, current))
    assert [job.action for job in plan.jobs] == ["fresh"] * len(nodes)
    assert plan.missing == ()


@given(st.integers(2, 8))
def test_a_cycle_is_printed(length):
    """Every transform of it, with its place."""
    nodes = [node(f"n{n}", [f"/n{(n + 1) % length}"]) for n in range(length)]
    with pytest.raises(DeclarationError, match="cycle") as caught:
        Graph(nodes)
    assert all(f"n{n} (n{n}.py:1)" in str(caught.value) for n in range(length))


def test_wrong_graphs_are_refused():
    """Two writers, two of one name, one that reads what it writes or writes it twice; each with its place."""
    for nodes, words in (
        ([node("a", writes=["/x"]), node("b", writes=["/x"])], ["a.py:1", "b.py:1", "/x"]),
        ([node("a"), node("a", writes=["/y"])], ["a.py:1"]),
        ([node("a", ["/a"])], ["reads the dataset /a"]),
        ([node("a", writes=["/x", "/y", "/x"])], ["a.py:1", "the dataset /x through two"]),
    ):
        with pytest.raises(DeclarationError) as caught:
            Graph(nodes)
        assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize(
    ("selectors", "exclude", "names"),
    [
        ([], [], ["raw", "clean", "train", "score"]),
        (["clean"], [], ["clean"]),
        (["/train"], [], ["train"]),
        (["+train"], [], ["raw", "clean", "train"]),
        (["1+score"], [], ["clean", "train", "score"]),
        (["raw+1"], [], ["raw", "clean"]),
        (["+clean+"], ["score"], ["raw", "clean", "train"]),
        (["tag:ml"], [], ["train"]),
        (["path:raw"], [], ["raw"]),
        (["*r*,/t*"], [], ["train"]),
        (["raw", "score"], [], ["raw", "score"]),
    ],
)
def test_the_selection_language(selectors, exclude, names):
    """Names, aliases, operators, methods, AND, OR, exclusion."""
    assert [found.name for found in select(Graph(KNOWN), selectors, exclude)] == names


@pytest.mark.parametrize("name", ["/c++", "/x[1]"])
def test_a_name_may_look_like_an_operator(name):
    """What is named so is selected, and nothing else."""
    graph = Graph([node("odd", writes=[name]), node("after", [name]), node("x", writes=["/x", "/x1", "/c"])])
    assert [found.name for found in select(graph, [name])] == ["odd"]
    assert [found.name for found in select(graph, [f"{name}+"])] == ["odd", "after"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("claen", "Did you mean 'clean'"),
        ("tag:mll", "Did you mean 'tag:ml'"),
        ("path:scoer.py", "Did you mean 'path:score.py'"),
        ("/outside", "transforms put /outside FILE'"),
        ("+/out*", "transforms put /outside FILE'"),
        ("/there", "transforms put /there FILE --branch dev'"),
        ("/net", "declare the transform that trains it"),
        ("", "names nothing"),
        (",", "names nothing"),
    ],
)
def test_a_selection_of_nothing_is_refused(wrong, words):
    """With the nearest name, or how to bring in what no transform makes; the same in what is left out."""
    reader = Node("r", (Resource("model", "/net"), Resource("dataset", "/there", "dev")), (), PLACE, lambda: "v")
    graph = Graph([*KNOWN, reader], "master")
    for arguments in (([wrong],), ((), [wrong])):
        with pytest.raises(NotFoundError) as caught:
            select(graph, *arguments)
        assert words in str(caught.value)


def reasons(nodes=None, last=None, current=None, force=False):
    """Return why each of two transforms would run, after one build of both."""
    nodes = nodes or [node("a", ["/in"]), node("b", ["/a"])]
    graph = Graph(nodes)
    built = {
        "dataset:/a": LastBuild("a", "v1", {"dataset:/in": 1}, 2),
        "dataset:/b": LastBuild("b", "v1", {"dataset:/a": 2}, 3),
    }
    now = {"dataset:/in": 1, "dataset:/a": 2}
    plan = plan_jobs(graph, list(graph.order), State(built | (last or {}), now | (current or {})), force)
    return [job.reason if job.action == "build" else None for job in plan.jobs]


def test_why_something_runs():
    """Each reason, and what follows for what comes after."""
    assert reasons() == [None, None]
    assert reasons(force=True) == ["forced", "forced"]
    assert reasons(current={"dataset:/in": 9}) == ["/in changed", "/a will be rebuilt"]
    assert reasons([node("a", ["/in"], version="v2"), node("b", ["/a"])]) == ["code changed", "/a will be rebuilt"]
    assert reasons(last={"dataset:/a": LastBuild("put", "", {}, 5)})[0] == "/a was last written by put"
    assert (
        reasons([node("a", ["/in", "/more"]), node("b", ["/a"])], current={"dataset:/more": 1})[0]
        == "input /more added"
    )
    assert reasons([node("a"), node("b", ["/a"])])[0] == "input /in removed"
    assert reasons([node("a", ["/in"], writes=["/a", "/c"]), node("b", ["/a"])])[0] == "/c was never built"


def test_a_missing_input_is_reported_unless_the_plan_makes_it():
    """Only what nothing makes is missing."""
    graph = Graph(KNOWN)
    plan = plan_jobs(graph, list(graph.order))
    assert [(found.name, resource.alias) for found, resource in plan.missing] == [("clean", "/outside")]


def test_versions_are_computed_only_when_they_matter():
    """Drawing and selecting hash no code."""
    asked = []
    graph = Graph(
        [Node("a", (), (Resource("dataset", "/a"),), SourceLocation("a.py", 1), lambda: asked.append(1) or "v")]
    )
    select(graph, ["a"])
    to_text(graph)
    to_svg(graph)
    assert asked == []


def test_pictures_of_a_known_graph():
    """Every transform and dataset once; text shows a repeated branch by its name only."""
    graph = Graph(KNOWN)
    assert to_text(graph).splitlines() == [
        "/outside (dataset, from outside)",
        "raw -> /raw",
        "└─ clean -> /clean",
        "   ├─ train -> /train",
        "   │  └─ score -> /score",
        "   └─ score (see above)",
    ]
    assert to_mermaid(graph).splitlines()[0] == "flowchart LR"
    texts = [element.text for element in ET.fromstring(to_svg(graph)).iter("{http://www.w3.org/2000/svg}text")]
    assert sorted(texts) == sorted(["raw", "clean", "train", "score", "/raw", "/clean", "/train", "/score", "/outside"])


@given(st.text(min_size=1, max_size=20))
def test_names_of_any_letters_are_drawn(name):
    """Neither markup nor what XML and terminals cannot show breaks a picture."""
    graph = Graph([node(name, writes=[f"/{name}"])])
    assert to_text(graph).count("\n") == 0
    assert all(letter.isprintable() for letter in to_text(graph))
    assert to_mermaid(graph).count("\n") == 3
    ET.fromstring(to_svg(graph))
    ET.fromstring(to_svg(Graph([node(name, writes=['/<&>"'])])))


ACROSS = [
    Node("a", (Resource("dataset", "/b", "dev"),), (Resource("dataset", "/a"),), PLACE, lambda: "v"),
    Node("b", (Resource("dataset", "/a", "master"),), (Resource("dataset", "/b"),), PLACE, lambda: "v"),
]


def test_another_branch_is_outside():
    """What is read from a branch that is not built makes no cycle, in the graph or in a picture of it."""
    graph = Graph(ACROSS, "master")
    assert [found.name for found in graph.order] == ["a", "b"]
    assert graph.external_inputs == [Resource("dataset", "/b", "dev")]
    assert to_text(graph).splitlines() == ["/b @dev (dataset, from outside)", "a -> /a", "└─ b -> /b"]
    assert to_mermaid(graph).splitlines() == [
        "flowchart LR",
        '    n0["a"]',
        '    n1["b"]',
        '    n2[("/a")]',
        '    n3[("/b")]',
        '    n4[("/b @dev")]',
        "    n4 --> n0",
        "    n0 --> n2",
        "    n2 --> n1",
        "    n1 --> n3",
    ]
    assert "/b @dev" in to_svg(graph)
    with pytest.raises(DeclarationError, match="cycle"):
        Graph(ACROSS)


def test_one_input_read_in_two_ways_is_one():
    """Naming the branch of the build says the same as naming none."""
    reads = (Resource("dataset", "/in"), Resource("dataset", "/in", "master"))
    graph = Graph([Node("a", reads, (), PLACE, lambda: "v")], "master")
    assert graph.external_inputs == [Resource("dataset", "/in")]
    assert to_mermaid(graph).count("-->") == 1
    assert to_svg(graph).count("marker-end") == 1


def test_a_picture_can_be_scaled():
    """Its view is as large as it is drawn."""
    node = Node("fit", (Resource("dataset", "/d"),), (Resource("model", "/m"),), PLACE, lambda: "v")
    picture = ET.fromstring(to_svg(Graph([node])))
    assert picture.get("viewBox") == f"0 0 {picture.get('width')} {picture.get('height')}"


def test_kinds_have_their_own_shapes():
    """A picture can be read without its colours."""
    trainer = Node("fit", (Resource("dataset", "/d"),), (Resource("model", "/m"),), PLACE, lambda: "v")
    shapes = [(e.tag.rpartition("}")[2], e.get("class")) for e in ET.fromstring(to_svg(Graph([trainer]))).iter()]
    drawn = {(tag, kind) for tag, kind in shapes if kind}
    assert drawn == {("rect", "transform"), ("rect", "dataset"), ("polygon", "model")}
    assert 'n2{{"/m"}}' in to_mermaid(Graph([trainer]))


def chain(count):
    """Return a graph of transforms that each read what the one before writes."""
    return Graph([node(f"n{n}", [f"/n{n - 1}"] if n else []) for n in reversed(range(count))])


def fan(count):
    """Return a graph of transforms that all read what the first writes."""
    return Graph([node("n0"), *(node(f"n{n}", ["/n0"]) for n in range(1, count))])


def steps(make, count):
    """Return how many functions are called to plan a graph."""
    found = 0

    def count_one(frame, event, argument):
        nonlocal found
        found += event in ("call", "c_call")

    sys.setprofile(count_one)
    try:
        graph = make(count)
        plan_jobs(graph, select(graph, ["+*+"]))
    finally:
        sys.setprofile(None)
    return found


@pytest.mark.parametrize("make", ["chain", "fan"])
def test_planning_takes_steps_in_proportion_to_the_transforms(make):
    """Four times as many transforms take not much more than four times as many steps."""
    # In a process of its own: counting calls slows down, or stops, whatever else has threads and hooks in this one.
    code = f"from tests.transforms.plan.test_plan import {make}, steps; print(steps({make}, 200), steps({make}, 800))"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    few, many = map(int, done.stdout.split())
    assert 1_000 < few < many < 5 * few


@pytest.mark.slow
def test_five_thousand_transforms():
    """A long chain and a wide fan are ordered, selected, planned and drawn without recursion."""
    count = 5000
    for graph in (chain(count), fan(count)):
        nodes = select(graph, ["+*+"])
        assert len(nodes) == count
        assert len(plan_jobs(graph, nodes).jobs) == count
        assert len(to_text(graph).splitlines()) == count
        assert to_mermaid(graph).count("-->") == 2 * count - 1
        assert to_svg(graph).count("marker-end") == 2 * count - 1


def test_a_transform_may_read_the_model_that_it_trains():
    """It is no cycle, nothing is missing before the first build, and what it made itself makes nothing stale."""
    data, model = Resource("dataset", "/in"), Resource("model", "/m")
    trains = Node("train", (data, model), (model,), PLACE, lambda: "v1")
    graph = Graph([trains], "master")
    now = {"dataset:/in": 1}
    assert plan_jobs(graph, [trains], State({}, now)) == Plan((PlannedJob(trains, "build", "new"),))
    for inputs in ({"dataset:/in": 1}, {"dataset:/in": 1, "model:/m": 2}):
        built = State({"model:/m": LastBuild("train", "v1", inputs, 3)}, {**now, "model:/m": 3})
        assert plan_jobs(graph, [trains], built).jobs[0].action == "fresh"
    assert to_text(graph).splitlines()[-1] == "train -> /m"
    assert to_svg(graph).count(">/m<") == 1
    other = Node("score", (model,), (Resource("dataset", "/s"),), PLACE, lambda: "v1")
    assert [found.name for found in Graph([other, trains]).order] == ["train", "score"]


def test_a_cycle_through_another_transform_stays_one():
    """A model that needs what is made with it."""
    model, scores = Resource("model", "/m"), Resource("dataset", "/s")
    nodes = [
        Node("train", (scores, model), (model,), PLACE, lambda: "v1"),
        Node("score", (model,), (scores,), PLACE, lambda: "v1"),
    ]
    with pytest.raises(DeclarationError, match="cycle"):
        Graph(nodes)
