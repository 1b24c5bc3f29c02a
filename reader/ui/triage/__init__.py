"""Triage: one unread paper after the other."""
