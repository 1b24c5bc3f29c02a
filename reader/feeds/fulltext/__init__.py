"""The full text of papers: HTML of arXiv and ar5iv, Markdown of the daily feed, and the client that fetches them."""
