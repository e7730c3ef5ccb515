"""What a page may load, as a browser reads it."""

import base64
import hashlib
import re
from typing import Any


def assert_only_its_own_style_applies(answer: Any) -> None:
    """The policy names the one style of the page by its digest."""
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    style = re.search(r"<style>(.*)</style>", answer.text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy["style-src"] == f"'sha256-{digest}'"
    assert not re.search(r"<script|javascript:|<[^>]*\s(on\w+|style)=", answer.text)
