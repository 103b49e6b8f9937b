"""Pages of headquarters for shoppers' phones: no login, both languages, nothing loaded from elsewhere."""
