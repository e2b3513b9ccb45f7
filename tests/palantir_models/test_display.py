"""How tables look in notebooks: nothing wider than the page, nothing cut in silence."""

from __future__ import annotations

from palantir_models.display import badge, beside, failure, heading, html_facts, html_table, note, text_table


def test_a_table_scrolls_and_columns_of_numbers_stand_on_the_right():
    page = html_table(["name", "value", "mixed"], [["a", 1.5, 1], ["b", None, "x"]])
    assert page.startswith("<div style='overflow-x:auto;max-width:100%'><table")
    assert page.count("text-align:right") == 3, "the head and the two cells of the one column that holds numbers alone"
    assert text_table(["n"], [[1], [None]]).split() == ["n", "1"]


def test_the_first_column_stays_in_sight_where_rows_have_marks():
    page = html_table(["name", "value"], [["a", 1]], marks=["<i></i>"])
    assert page.count("position:sticky") == 2
    assert "<i></i>a</td>" in page
    assert "position:sticky" not in html_table(["name"], [["a"]])


def test_what_is_cut_is_whole_under_the_pointer():
    long = "<" * 100
    assert f"title='{'&lt;' * 100}'" in html_facts({"note": long})
    assert f"{'&lt;' * 79}…" in html_table(["note"], [[long]])
    assert "title=" not in html_table(["note"], [["short"]])


def test_whatever_is_said_is_escaped_and_what_is_empty_is_left_out():
    made = [
        heading("<b>"),
        note("<b>"),
        failure("<b>"),
        badge("<b>"),
        html_facts({"<b>": "<b>"}),
        html_table(["<b>"], [["<b>"]]),
    ]
    assert not any("<b>" in page for page in made)
    assert (note(""), failure(None), beside("", ""), html_facts({"a": None}).count("<tr>")) == ("", "", "", 0)
    assert beside("one", "").count("<div") == 2


def test_an_error_is_shown_whole():
    error = "line\n" * 50
    assert error in failure(error)
