"""`python app.py` ends without a traceback."""

import runpy

import pytest

from coach import web
from coach.settings import PROJECT_ROOT


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(5, "Input/output error")])
def test_the_page_stops_without_a_traceback(
    error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_settings: object) -> None:
        raise error

    monkeypatch.setattr(web, "serve", stopped)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(PROJECT_ROOT / "app.py"), run_name="__main__")
    assert ended.value.code
