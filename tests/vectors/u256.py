#!/usr/bin/env python3
"""Write u256.txt: vectors for base/u256.h from Python's own integers.

    python3 tests/vectors/u256.py > tests/vectors/u256.txt

A line is an operation, its operands and its results, all in hex without
leading zeros but the last of `dec`, which is decimal. `-` stands for a result
that does not exist or does not fit.
"""

import random

TOP = 1 << 256
EDGES = [0, 1, 2, 10, 2**32, 2**63, 2**64 - 1, 2**64, 2**64 + 1, 2**127,
         2**128 - 1, 2**128, 2**128 + 1, 2**192 - 1, 2**192, 2**255,
         TOP - 2**64, TOP - 2, TOP - 1, 10**18, 10**77]
WORDS = [0, 1, 2, 2**63 - 1, 2**63, 2**63 + 1, 2**64 - 2, 2**64 - 1]


def number(rng):
    """Of every size, and with words that make long division correct itself."""
    if rng.random() < 0.5:
        return rng.getrandbits(rng.randrange(1, 257))
    n = rng.randrange(1, 5)
    return sum((rng.choice(WORDS) if rng.random() < 0.7
                else rng.getrandbits(64)) << 64 * i for i in range(n))


def fits(value):
    return "%x" % value if 0 <= value < TOP else "-"


def two(a, b):
    print("add %x %x %x %s" % (a, b, (a + b) % TOP, fits(a + b)))
    print("sub %x %x %x %s" % (a, b, (a - b) % TOP, fits(a - b)))
    print("mul %x %x %x %s" % (a, b, a * b % TOP, fits(a * b)))
    if b:
        print("div %x %x %x %x" % (a, b, a // b, a % b))
    else:
        print("div %x %x - -" % (a, b))


def three(a, b, c):
    print("muldiv %x %x %x %s" % (a, b, c, fits(a * b // c) if c else "-"))


def one(a, n):
    print("shl %x %x %x" % (a, n, (a << n) % TOP))
    print("shr %x %x %x" % (a, n, a >> n))
    print("bits %x %x" % (a, a.bit_length()))
    print("dec %x %d" % (a, a))


def main():
    rng = random.Random(256)
    print("# Written by tests/vectors/u256.py; do not edit.")
    for a in EDGES:
        one(a, rng.randrange(256))
        for b in rng.sample(EDGES, 6):
            two(a, b)
            three(a, b, rng.choice(EDGES))
    for _ in range(120):
        a, b, c = number(rng), number(rng), number(rng)
        one(a, rng.randrange(256))
        two(a, b)
        three(a, b, c)
        three(a, b, max(a, b))


main()
