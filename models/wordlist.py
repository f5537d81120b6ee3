"""Many words looked for in one pass (Aho and Corasick, 1975), over tokens instead of letters.

Its time is linear in the text, however many words there are and whatever they are: after
each token, the automaton knows the longest beginning of any word that ends there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class _Node(Generic[T]):
    """The beginning of some words.

    :ivar end: what is kept for the word that it is all of
    :ivar shorter: its longest ending that begins a word too
    :ivar ending: the nearest of these endings, itself included, that is a whole word
    """

    __slots__ = ("depth", "end", "ending", "next", "shorter")

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.next: dict[str, _Node[T]] = {}
        self.end: T | None = None
        self.shorter: _Node[T] | None = None
        self.ending: _Node[T] | None = None


class WordList(Generic[T]):
    """Words, each a sequence of tokens, and what is kept for each.

    Of two words that are the same, the first counts.
    """

    def __init__(self, words: Sequence[tuple[Sequence[str], T]]) -> None:
        self._root: _Node[T] = _Node(0)
        for tokens, kept in words:
            node = self._root
            for depth, token in enumerate(tokens, 1):
                node = node.next.setdefault(token, _Node(depth))
            if node.end is None:
                node.end = kept
        self._firsts = set(self._root.next)
        self._link()

    def _link(self) -> None:
        waiting = deque([self._root])
        while waiting:
            node = waiting.popleft()
            node.ending = node if node.end is not None else node.shorter and node.shorter.ending
            for token, following in node.next.items():
                following.shorter = self._step(node.shorter, token) if node.shorter else self._root
                waiting.append(following)

    def _step(self, node: _Node[T] | None, token: str) -> _Node[T]:
        while node is not None:
            if (following := node.next.get(token)) is not None:
                return following
            node = node.shorter
        return self._root

    def find(self, tokens: Sequence[str]) -> Iterator[tuple[int, int, T]]:
        """Find where words are: the first token, the one after the last, and what is kept.

        At each end the longest word is told, alone: it covers the others.
        """
        if self._firsts.isdisjoint(tokens):
            return
        node = self._root
        for at, token in enumerate(tokens, 1):
            node = self._step(node, token)
            if (found := node.ending) is not None:
                assert found.end is not None
                yield at - found.depth, at, found.end
