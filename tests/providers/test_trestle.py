from pathlib import Path

from skiptrace.testing import ProviderContract

FIXTURES = Path(__file__).parents[2] / "fixtures" / "providers"


class TestTrestleKeepsTheContract(ProviderContract):
    provider_id = "trestle"
    fixtures = FIXTURES / "trestle"
