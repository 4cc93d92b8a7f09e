#!/usr/bin/env python3
"""Vectors for models/encoder_ngrams.c: a second implementation of what
oracle/PROTOCOL.md says of the encoder `ngrams`. `python3 ngrams.py
>ngrams.txt` gives the committed file.

Lines: COLUMNS CHARS_FROM CHARS_TO WORDS HEX-OF-TEXT INDEX,INDEX,... ("-" for
no bytes and for no index)
"""
import unicodedata

SPACE = set("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | {
    chr(c) for c in range(0x2000, 0x200b)}


def murmur3(data, seed):
    def rot(x, n):
        return (x << n | x >> 32 - n) & 0xffffffff
    h, m = seed, 0xffffffff

    def mix(k):
        return rot(k * 0xcc9e2d51 & m, 15) * 0x1b873593 & m
    whole = len(data) // 4 * 4
    for i in range(0, whole, 4):
        h ^= mix(int.from_bytes(data[i:i + 4], "little"))
        h = rot(h, 13) * 5 + 0xe6546b64 & m
    h ^= mix(int.from_bytes(data[whole:], "little"))
    h ^= len(data)
    h = (h ^ h >> 16) * 0x85ebca6b & m
    h = (h ^ h >> 13) * 0xc2b2ae35 & m
    return h ^ h >> 16


def is_word(c):
    return unicodedata.category(c)[0] in "LMN"


def words(text):
    out, i = [], 0
    while i < len(text):
        if text[i] in SPACE:
            i += 1
            continue
        end = i + 1
        if is_word(text[i]):
            while end < len(text):
                if is_word(text[end]):
                    end += 1
                elif (text[end] in "'\u2019" and end + 1 < len(text)
                      and is_word(text[end + 1])):
                    end += 2
                else:
                    break
        out.append(text[i:end])
        i = end
    return out


def chars(text):
    flat = "".join(" " if c in SPACE else c for c in text)
    inner = " ".join(part for part in flat.split(" ") if part)
    return " " + inner + " " if inner else " "


def encode(text, columns, first, last, n):
    text = unicodedata.normalize("NFC", text.lower())
    found, w, c = set(), words(text), chars(text)
    for k in range(1, n + 1):
        for i in range(len(w) - k + 1):
            found.add(murmur3(" ".join(w[i:i + k]).encode(), 0) % columns)
    for k in range(max(1, first), last + 1):
        for i in range(len(c) - k + 1):
            found.add(murmur3(c[i:i + k].encode(), 1) % columns)
    return sorted(found)


TEXTS = [
    "", " ", "a", "Hello, world!", "  two\t\n spaces ", "don't stop",
    "'quoted' rock'n'roll '' it\u2019s", "CAPITAL Stra\u00dfe \u0130stanbul",
    "e\u0301 and \u00e9 are one", "\u039f\u0394\u039f\u03a3 \u039c\u0391\u03a3",
    "\u65e5\u672c\u8a9e\u3000\u30c6\u30b9\u30c8", "\U0001f600\U0001f601 ok \U0001f44d\U0001f3fd",
    "3.14 1,000 #tag @me http://x.y/z?q=1", "a\u00a0b\u2003c\u200bd",
    "\u0915\u094d\u0937 \u0e44\u0e17\u0e22", "x" * 300, "tab\there\rline\x85next",
    "The quick brown fox jumps over the lazy dog. " * 5,
]

print("# made by ngrams.py; a second implementation of oracle/PROTOCOL.md")
for t in TEXTS:
    for args in [(1 << 18, 4, 4, 2), (1000, 0, 0, 1), (1 << 20, 1, 5, 3),
                 (977, 2, 8, 0)]:
        got = ",".join(map(str, encode(t, *args)))
        print(*args, t.encode().hex() or "-", got or "-")
