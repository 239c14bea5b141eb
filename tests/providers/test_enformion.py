from pathlib import Path

from skiptrace.testing import ProviderContract

FIXTURES = Path(__file__).parents[2] / "fixtures" / "providers"


class TestEnformionKeepsTheContract(ProviderContract):
    provider_id = "enformion"
    fixtures = FIXTURES / "enformion"
