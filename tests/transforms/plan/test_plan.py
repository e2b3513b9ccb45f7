"""The graph, selections, staleness and pictures, on random and on known graphs."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import DeclarationError, NotFoundError
from transforms.plan.graph import Graph, Node
from transforms.plan.render import to_mermaid, to_text
from transforms.plan.selection import select
from transforms.plan.staleness import LastBuild, plan_jobs
from transforms.plan.svg import to_svg
from transforms.spec.resource import Resource
from transforms.spec.source import SourceLocation


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
        assert all(place[before.name] < place[found.name] for before in graph.upstream(found, 1))


@given(dags(), st.data())
def test_plus_selects_the_closure(graph, data):
    """``+x`` is x with all it needs, and it is closed; ``x+`` the other way round."""
    chosen = data.draw(st.sampled_from(graph.nodes))
    up = {found.name for found in select(graph, [f"+{chosen.name}"])}
    down = {found.name for found in select(graph, [f"{chosen.name}+"])}
    for found in graph.nodes:
        if found.name in up:
            assert {before.name for before in graph.upstream(found, 1)} <= up
        if found.name in down:
            assert {after.name for after in graph.downstream(found, 1)} <= down
    assert up & down == {chosen.name}


@given(dags())
def test_after_a_build_everything_is_fresh_and_before_it_nothing(graph):
    """Planning what was just built plans nothing."""
    nodes = list(graph.order)
    assert all(job.action == "build" for job in plan_jobs(graph, nodes, {}, {}).jobs)
    current = {r.key: number for number, found in enumerate(nodes, 1) for r in found.outputs}
    last = {
        r.key: LastBuild(found.name, "v1", {i.key: current[i.key] for i in found.inputs}, current[r.key])
        for found in nodes
        for r in found.outputs
    }
    plan = plan_jobs(graph, nodes, last, current)
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
    """Two writers, two of one name, and one that reads what it writes; each with its place."""
    for nodes, words in (
        ([node("a", writes=["/x"]), node("b", writes=["/x"])], ["a.py:1", "b.py:1", "/x"]),
        ([node("a"), node("a", writes=["/y"])], ["a.py:1"]),
        ([node("a", ["/a"])], ["reads the dataset /a"]),
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


@pytest.mark.parametrize(
    ("wrong", "words"), [("claen", "Did you mean 'clean'"), ("/outside", "transforms put /outside")]
)
def test_a_selection_of_nothing_is_refused(wrong, words):
    """With the nearest name, or how to bring in what no transform makes."""
    with pytest.raises(NotFoundError, match=words):
        select(Graph(KNOWN), [wrong])


def reasons(nodes=None, last=None, current=None, force=False):
    """Return why each of two transforms would run, after one build of both."""
    nodes = nodes or [node("a", ["/in"]), node("b", ["/a"])]
    graph = Graph(nodes)
    built = {
        "dataset:/a": LastBuild("a", "v1", {"dataset:/in": 1}, 2),
        "dataset:/b": LastBuild("b", "v1", {"dataset:/a": 2}, 3),
    }
    now = {"dataset:/in": 1, "dataset:/a": 2}
    plan = plan_jobs(graph, list(graph.order), built | (last or {}), now | (current or {}), force)
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
    plan = plan_jobs(graph, list(graph.order), {}, {})
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


@given(st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable()))
def test_names_of_any_letters_are_drawn(name):
    """Markup in a name does not break the picture."""
    ET.fromstring(to_svg(Graph([node(name, writes=['/<&>"'])])))
