"""Alembic migrations of the cache's schema."""
