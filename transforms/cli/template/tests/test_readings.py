"""What the transform must do, tried on three rows."""

from transforms.testing import run_transform

from pipelines.readings import daily_means


def test_a_missing_reading_does_not_count():
    rows = [
        {"day": "2026-01-01", "celsius": 1.0},
        {"day": "2026-01-01", "celsius": None},
        {"day": "2026-01-01", "celsius": 3.0},
    ]

    result = run_transform(daily_means, {"readings": rows})

    assert result.outputs["means"].rows() == [{"day": "2026-01-01", "celsius": 2.0}]
