"""The calendar: choose a day to show or to fetch from."""
