"""What another validator says: asked only where the user names it, and never decisive."""
