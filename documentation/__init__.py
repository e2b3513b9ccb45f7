"""What the documentation site has beside the pages of docs/: made from the code whenever the site is built."""
