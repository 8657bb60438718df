"""What the company does and how trouble is named: services with standards, kinds, categories, stages, causes, priorities."""
