"""Why a paper is ranked as it is, and what For you has learned."""
