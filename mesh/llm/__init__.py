"""Language models behind one method. With none configured, or when all fail, it answers None: use the rules."""

from mesh.llm.asking import LLM
from mesh.llm.prompts import Prompt, prompt

__all__ = ["LLM", "Prompt", "prompt"]
