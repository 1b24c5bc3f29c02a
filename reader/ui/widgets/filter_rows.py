"""The filter pane's data, under the name by which the app knows it."""

from __future__ import annotations

from reader.ui.text.day_names import day_name
from reader.ui.text.filter_rows import DayItem, FilterData, TopicItem, ViewItem

__all__ = ["DayItem", "FilterData", "TopicItem", "ViewItem", "day_name"]
