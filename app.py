"""Start the web page."""

import sys

from coach.errors import CoachError
from coach.settings import Settings
from coach.web import serve

if __name__ == "__main__":
    try:
        serve(Settings.load())
    except CoachError as error:
        sys.exit(str(error))
