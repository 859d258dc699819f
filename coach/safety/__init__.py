"""Safety: the screen before a reply, the check after it, and the paths for danger."""
