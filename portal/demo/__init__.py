"""The sample company: a believable story told through the actions themselves."""
