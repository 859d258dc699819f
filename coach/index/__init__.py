"""The index: chunks of the corpus with their vectors, built in one pipeline, searched in another.

build:  chunks -> embedder (encoder) -> store
turn:   store -> search
"""
