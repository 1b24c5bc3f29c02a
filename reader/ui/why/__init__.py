"""Why a paper suits the user."""
