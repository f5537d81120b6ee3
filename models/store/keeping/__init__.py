"""The whole of what is kept, as one file and back: copies for the day on which it is needed."""
