"""Hear and speak: two protocols, the parts that fulfil them, and when a turn ends.

Flow: `audio` -> `listening` -> a `Transcriber` -> text -> the talk -> `spoken` -> a `Speaker`.

Nothing here writes to the disk or logs a word.  The parts need the extra
`homeward[voice]`; without it this package still imports, and `engines` says what is missing.
"""
