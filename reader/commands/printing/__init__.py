"""What commands print: papers as lists, pages and JSON; help; the user's pager."""
