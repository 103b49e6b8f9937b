"""Where a scanner's codes come from: cameras, USB, serial lines, the network. One thread each, supervised."""
