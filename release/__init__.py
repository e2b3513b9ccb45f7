"""What stands between a commit and a release: building what is uploaded, looking into it, and trying it."""
