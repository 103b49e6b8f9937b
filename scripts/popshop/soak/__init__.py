"""Several shops with one headquarters, as real processes, killed and cut off at random; then every book is compared."""
