"""The pages for people at headquarters: drawn by pure functions, kept live by NiceGUI."""
