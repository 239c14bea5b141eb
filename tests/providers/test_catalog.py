"""Manifests are read strictly, and what they promise is true of their modules."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import pytest

from skiptrace.errors import ConfigError
from skiptrace.model import Manifest
from skiptrace.providers import catalog
from skiptrace.providers.base import Setup
from skiptrace.providers.http import Wire
from skiptrace.testing.provider import ProviderContract
from tests.providers import test_enformion, test_smarty, test_trestle
from tests.providers.wires import StandingClock

PACKAGE = "skiptrace.providers"
HOME = Path(catalog.__file__).parent
GOOD = (HOME / "trestle.toml").read_text()
OURS = [p for p in sorted(entry_points(group=catalog.GROUP)) if p.module.startswith(PACKAGE)]
OVER_HTTP = [m for m in catalog.discover().values() if m.method == "licensed_api"]


def refused(tmp_path: Path, text: str) -> str:
    path = tmp_path / "trestle.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as raised:
        catalog.read_manifest(path, "trestle")
    return str(raised.value)


def setup_with(**credentials: str) -> Setup:
    clock = StandingClock()
    return Setup(wire=Wire(clock), clock=clock, home=Path(), credentials=credentials)


class TestManifests:
    @pytest.mark.parametrize(
        ("old", "new", "names"),
        [
            ('title = "Trestle"', 'titel = "Trestle"', "titel"),
            ('title = "Trestle"\n', "", "title"),
            ('method = "licensed_api"', 'method = "scrape"', "method"),
            ('data_class = "glba"', 'data_class = "secret"', "data_class"),
            ('["GLBA_ENFORCE"]', '["anything"]', "purposes"),
            ("2026-11-22", '"some day"', "terms_read"),
            ('"https://api.trestleiq.com"', '"http://api.trestleiq.com"', "base_url"),
            ("never_charged = [400", "never_charged = [4000", "never_charged"),
            ("concurrent = 8", "concurrent = 0", "limits.concurrent"),
            ("concurrent = 8", "bursts = 8", "limits.bursts"),
            ('asks = "phone"', 'asks = "everything"', "products.0.asks"),
            ('needs = [["phone"]]', "needs = []", "products.0.needs"),
            ('needs = [["phone"]]', 'needs = [["phon"]]', "products.0.needs"),
            ('sends = ["phone"]', "sends = []", "sends"),
            ('price = "0.07"', 'price = "-1"', "products.0.price"),
            ('charged_on = "request"', 'charged_on = "maybe"', "products.0.charged_on"),
            ("cache_days = 30", "cache_days = -1", "products.0.cache_days"),
            ('contract = "done"', 'contract = ""', "checks.contract"),
            ('id = "trestle"', 'id = "other"', "id"),
            ("id = ", "id ", "TOML"),
        ],
    )
    def test_a_fault_is_named_with_its_file_and_key(self, tmp_path: Path, old: str, new: str, names: str) -> None:
        assert old in GOOD
        message = refused(tmp_path, GOOD.replace(old, new, 1))

        assert "trestle.toml" in message
        assert names in message

    def test_a_manifest_without_products_is_refused(self, tmp_path: Path) -> None:
        assert "products" in refused(tmp_path, GOOD[: GOOD.index("[[products]]")] + GOOD[GOOD.index("[checks]") :])

    def test_a_missing_manifest_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"acme\.toml"):
            catalog.read_manifest(tmp_path / "acme.toml", "acme")

    def test_prices_are_exact(self) -> None:
        assert catalog.manifest("trestle").product("phone_validation").price == Decimal("0.015")

    def test_a_contract_price_replaces_the_stated_one(self) -> None:
        manifest = catalog.priced(catalog.manifest("trestle"), {"reverse_phone": Decimal("0.05")})

        assert manifest.product("reverse_phone").price == Decimal("0.05")
        assert manifest.product("phone_validation").price == Decimal("0.015")

    def test_a_price_for_an_unknown_product_is_refused(self) -> None:
        with pytest.raises(ConfigError, match=r"providers\.trestle\.price\.revers_phone"):
            catalog.priced(catalog.manifest("trestle"), {"revers_phone": Decimal(1)})


class TestModulesAndManifests:
    def test_each_built_in_module_has_a_manifest_and_the_reverse(self) -> None:
        assert {path.stem for path in HOME.glob("*.toml")} == {entry.name for entry in OURS}
        for entry in OURS:
            assert entry.module == f"{PACKAGE}.{entry.name}"
            assert find_spec(entry.module) is not None

    @pytest.mark.parametrize("manifest", OVER_HTTP, ids=lambda m: m.id)
    def test_a_contract_that_is_called_done_is_tested(self, manifest: Manifest) -> None:
        tested = {
            case.provider_id
            for module in (test_enformion, test_smarty, test_trestle)
            for case in vars(module).values()
            if isinstance(case, type) and issubclass(case, ProviderContract) and case is not ProviderContract
        }

        assert (manifest.checks["contract"] == "done") == (manifest.id in tested)

    @pytest.mark.parametrize("manifest", OVER_HTTP, ids=lambda m: m.id)
    def test_a_promise_that_is_not_kept_says_why(self, manifest: Manifest) -> None:
        for state in manifest.checks.values():
            assert state == "done" or state.partition(": ")[2]

    def test_no_vendor_but_one_that_searches_by_it_is_sent_a_social_security_number(self) -> None:
        senders = {(m.id, p.id) for m in OVER_HTTP for p in m.products if {"ssn", "ssn4"} & set(p.sends)}

        assert senders == {("enformion", "person_search")}


class TestBuilding:
    def test_a_missing_credential_is_named(self) -> None:
        with pytest.raises(ConfigError, match="ap_password"):
            catalog.build(catalog.manifest("enformion"), setup_with(ap_name="x"))

    @pytest.mark.parametrize("value", ["two\r\nlines", "naïve"])
    def test_a_credential_that_no_header_may_carry_is_refused_without_showing_it(self, value: str) -> None:
        with pytest.raises(ConfigError) as raised:
            catalog.build(catalog.manifest("trestle"), setup_with(api_key=value))

        assert value not in str(raised.value)

    def test_credentials_do_not_print(self) -> None:
        assert "s3cret" not in repr(setup_with(api_key="s3cret"))

    def test_a_provider_that_is_not_installed_is_named(self) -> None:
        with pytest.raises(ConfigError, match="acme"):
            catalog.manifest("acme")

    def test_providers_are_listed_without_importing_them(self) -> None:
        script = (
            "import sys; from skiptrace.providers import catalog; catalog.discover();"
            "print([m for m in sys.modules if m.endswith(('.enformion', '.trestle', '.smarty', '.reference_file'))])"
        )

        assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "[]"


class TestStrangers:
    """Somebody else's package: a directory with a module, a manifest and an entry point."""

    def test_it_is_found_and_built_like_our_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        package = tmp_path / "acme_skiptrace"
        package.mkdir()
        (package / "__init__.py").write_text("")
        (package / "acme.py").write_text("def build(manifest, setup):\n    return ('built', manifest.id)\n")
        (package / "acme.toml").write_text(GOOD.replace('id = "trestle"', 'id = "acme"', 1))
        info = tmp_path / "acme_skiptrace-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-skiptrace\nVersion: 1\n")
        (info / "entry_points.txt").write_text(f"[{catalog.GROUP}]\nacme = acme_skiptrace.acme:build\n")
        monkeypatch.syspath_prepend(str(tmp_path))

        assert "acme" in catalog.discover()
        assert catalog.build(catalog.manifest("acme"), setup_with()) == ("built", "acme")


def test_a_contract_gives_codes_only_for_purposes_that_the_manifest_lists() -> None:
    enformion = catalog.manifest("enformion")

    assert catalog.mapped(enformion, {"GLBA_ENFORCE": "C7"}).purpose_map == {"GLBA_ENFORCE": "C7"}
    with pytest.raises(ConfigError, match=r"providers\.enformion\.purpose_map\.FCRA_COLLECT.*GLBA_ENFORCE"):
        catalog.mapped(enformion, {"FCRA_COLLECT": "C7"})
