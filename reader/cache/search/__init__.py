"""From a typed query to ids and numbers."""
