"""Start the web page."""

import sys

from coach.errors import CoachError
from coach.settings import Settings
from coach.web import serve

STOPPED = 130
"""What a shell expects of a program that Ctrl-C ended."""

if __name__ == "__main__":
    try:
        serve(Settings.load())
    except CoachError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"The page cannot be served: {error}")
    except KeyboardInterrupt:
        sys.exit(STOPPED)
