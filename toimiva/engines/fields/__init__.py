"""Fields between measured places."""
