"""The SQL by which the papers of days and topics are counted, in the indexes alone."""

from __future__ import annotations

# The list's index has a paper's newest day, so it can count; the few papers on more than one day are
# added. Joining a million papers to their listings would take 0.6 s instead of 0.1 s.
BY_DAY = "SELECT sort_day, count(*) FROM paper WHERE day IS NOT NULL AND hidden = 0 GROUP BY sort_day"
UNREAD_BY_DAY = (
    "SELECT sort_day, count(*) FROM paper WHERE read = 0 AND hidden = 0 AND day IS NOT NULL GROUP BY sort_day"
)
AGAIN = (
    "SELECT l.day, count(*), sum(p.read = 0) FROM paper AS p CROSS JOIN listing AS l ON l.pk = p.pk AND l.day <> p.day"
    " WHERE p.first_day < p.day AND p.hidden = 0 GROUP BY l.day"
)

BY_TOPIC = "SELECT topic, count(*) FROM paper_topic GROUP BY topic"
TOPICS_OF = (
    "SELECT pt.topic, count(*) FROM ({pks}) AS one CROSS JOIN paper_topic AS pt ON pt.pk = one.pk GROUP BY pt.topic"
)
HIDDEN_BY_TOPIC = TOPICS_OF.format(pks="SELECT pk FROM paper WHERE hidden = 1")
