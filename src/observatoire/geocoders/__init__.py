"""Geocoders reached over HTTP: a server of the city's own (addok), and the national public service.

Nothing leaves but what ``Asked`` holds. The client's own log tells whole addresses: it is kept silent.
"""

import logging

for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)
