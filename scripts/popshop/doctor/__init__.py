"""What `popshop doctor` looks at: `checks` judge, `computer` looks; they meet at the port in `findings`."""
