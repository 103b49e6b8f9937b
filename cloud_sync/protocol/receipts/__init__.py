"""What a receipt says and what it looks like, the same at the store and at headquarters. Pure."""
