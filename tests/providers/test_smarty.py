from pathlib import Path

from skiptrace.testing import ProviderContract

FIXTURES = Path(__file__).parents[2] / "fixtures" / "providers"


class TestSmartyKeepsTheContract(ProviderContract):
    provider_id = "smarty"
    fixtures = FIXTURES / "smarty"
