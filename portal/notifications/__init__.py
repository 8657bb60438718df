"""What people are told: the inbox, and the outbox of e-mail and text messages."""
