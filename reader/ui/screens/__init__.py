"""Screens: the main screen, the paper's page, calendar, help, palette."""
