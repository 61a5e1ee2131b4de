"""Who outside signs and stamps the ledger, on the page of proof of a running site."""

from __future__ import annotations

import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browsing import browser_tests, browsing, picture
from cosigning import running_cosigner
from running import free_port, running, wait_for
from shanasheel.actions.authorities import add_authority
from shanasheel.actions.cosigning import add_cosigner
from shanasheel.prove.ledger import Algorithm, new_cosigner, parse_note
from sites import make_place
from stamping import running_authority

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = browser_tests()


@pytest.mark.timeout(300)
def test_the_page_says_who_signed_and_whether_one_agency_could_alone(tmp_path: Path) -> None:
    place = make_place(tmp_path / "data")
    site, key = place.wired.site, place.wired.verifier_key
    config = tmp_path / "site.yaml"
    config.write_text("cameras: []\n")
    with (
        running_cosigner(tmp_path / "c", "--name", "court.example/1") as cosigner,
        running_authority(tmp_path / "tsa") as authority,
    ):
        cosigner.follow(key)
        add_cosigner(site, cosigner.keys, cosigner.url, "court")
        gone = str(new_cosigner("bar.example/1", Algorithm.ED25519).verifier)
        add_cosigner(site, [gone], f"http://127.0.0.1:{free_port()}", "bar")
        root = authority.root.read_bytes()
        add_authority(site, "post", authority.url, [root])
        add_authority(site, "abroad", f"http://127.0.0.1:{free_port()}/tsa", [root])
        place.wired.close()
        with running(config, tmp_path / "data") as product:
            wait_for(lambda: product.get("/ledger/cosigners")["items"][0]["size"] >= 9, "court")
            wait_for(lambda: product.get("/ledger/cosigners")["items"][1]["fault"], "bar")
            wait_for(lambda: product.get("/ledger/authorities")["items"][0]["size"], "stamp")
            wait_for(lambda: product.get("/ledger/authorities")["items"][1]["fault"], "no stamp")
            with browsing(product.url) as page:
                page.goto("/proof")
                page.wait_for_selector("[data-role=cosigners]")
                told = page.locator("[data-role=cosigners]").inner_text()
                assert "court.example/1" in told
                assert "لا يجيب" in told
                # Two of two must sign, of two agencies: independent, but not reached.
                assert "مستقل" in page.locator("[data-role=independence]").inner_text()
                assert page.locator("[data-role=agreed]").inner_text().startswith("0 /")
                picture(page, "cosigners-ar")
                assert [word in stamps(page) for word in ("post", "تختم", "لا تجيب")] == [True] * 3
                picture(page, "stamps-ar")

                page.context.add_cookies([{"name": "lang", "value": "en", "url": product.url}])
                page.goto("/proof")
                page.wait_for_selector("[data-role=cosigners]")
                assert "does not answer" in page.locator("[data-role=cosigners]").inner_text()
                picture(page, "cosigners-en")
                assert "stamps" in stamps(page)
                picture(page, "stamps-en")

            answer = cosigned_note(product.url)
            assert {line.name for line in parse_note(answer).signatures} >= {"court.example/1"}


def cosigned_note(url: str) -> bytes:
    """Return the cosigned checkpoint as any program gets it."""
    with urllib.request.urlopen(f"{url}/api/v1/ledger/checkpoint/cosigned", timeout=20) as answer:
        return answer.read()


def stamps(page: Page) -> str:
    """Return what is told of timestamp authorities, brought into view."""
    table = page.locator("[data-role=authorities]")
    table.scroll_into_view_if_needed()
    return table.inner_text()
