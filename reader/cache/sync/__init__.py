"""The same marks on several machines: their logs are joined through a folder that they share."""
