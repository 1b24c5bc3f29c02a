"""dailypapers: the terminal reader for the daily papers feed."""

__version__ = "0.1.0"
