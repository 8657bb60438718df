"""For gunicorn and the flask command: `app`."""

import sys

from portal import create_app
from portal.settings import SettingsError

try:
    app = create_app()
except SettingsError as error:
    sys.exit(str(error))
