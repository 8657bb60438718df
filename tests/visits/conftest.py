import pytest
from flask_babel import force_locale


@pytest.fixture
def chinese(app):
    """Sentences of actions in Chinese, as a person with the company's language reads them."""
    with force_locale("zh_CN"):
        yield
