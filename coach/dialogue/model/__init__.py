"""A language model as drafter: asked through LangChain, and let out a sentence at a time.

`drafter` is the way in; `connection` alone imports a provider, and only where one is set.
"""
