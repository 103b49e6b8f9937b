"""What all pages for shoppers' phones have in common, at headquarters and in stores: frame, codes, limits."""
