"""The daily papers feed of Hugging Face."""
