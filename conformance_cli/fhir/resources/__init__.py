"""Rules for resources with meaning of their own: definitions, questionnaires, measures."""
