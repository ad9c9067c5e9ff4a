"""Reading JSON and XML into one shape, with the places of everything in the text."""
