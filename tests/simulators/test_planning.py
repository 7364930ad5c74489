"""What is planned for the next payments at a simulated terminal: in a row, or instead of what was."""

import pytest

from tests.simulators.processes import running


@pytest.mark.parametrize(
    ("name", "line"),
    [("zvt_terminal", ("--tcp", "127.0.0.1:0")), ("nexo_terminal", ("--https", "127.0.0.1:0"))],
)
def test_a_plan_follows_another_or_takes_its_place(name, line, tmp_path):
    with running(name, *line, "--state", str(tmp_path / "books")) as terminal:
        terminal.post("next", behaviour="decline")
        terminal.post("next", behaviour="timeout", count=2)
        assert terminal.state()["planned"] == ["decline", "timeout", "timeout"]
        terminal.post("next", behaviour="approve", instead=True)
        assert terminal.state()["planned"] == ["approve"]
        assert terminal.post("next", behaviour="burn", instead=True).status_code == 400
        assert terminal.state()["planned"] == ["approve"]
