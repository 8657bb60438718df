"""The Chinese catalogue: parts/*.po are written by hand, messages.mo is built from them."""
