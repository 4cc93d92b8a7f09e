#!/usr/bin/env python3
"""Vectors for models/learner.c: a second implementation of what
oracle/PROTOCOL.md says of samples, models, folds, verdicts and roots, written
from that page. `python3 learner.py >learner.txt` gives the committed file.

Lines: spec HEX | learn SAMPLE LABEL NEW VALID PREDICTED MARGIN TAUGHT [WHO]
       judge SAMPLE LABEL NEW TAUGHT VERDICT [WHO] | root HASH COUNTED RIGHT
A sample of no bytes is "-"; WHO is the contributor, where the rule asks.
"""
import random
from fractions import Fraction
from math import factorial, isqrt

Q = 1 << 62
ONE = 10**9


# keccak-256, original padding. Source: Keccak reference 3.0.
def rotl(x, n):
    n %= 64
    return (x << n | x >> (64 - n)) & (1 << 64) - 1


def keccak_f(a):
    r = 1
    for _ in range(24):
        c = [a[x][0] ^ a[x][1] ^ a[x][2] ^ a[x][3] ^ a[x][4] for x in range(5)]
        d = [c[(x + 4) % 5] ^ rotl(c[(x + 1) % 5], 1) for x in range(5)]
        a = [[a[x][y] ^ d[x] for y in range(5)] for x in range(5)]
        x, y, cur = 1, 0, a[1][0]
        for t in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            cur, a[x][y] = a[x][y], rotl(cur, (t + 1) * (t + 2) // 2)
        for y in range(5):
            row = [a[x][y] for x in range(5)]
            for x in range(5):
                a[x][y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5])
        for j in range(7):
            r = ((r << 1) ^ ((r >> 7) * 0x71)) % 256
            if r & 2:
                a[0][0] ^= 1 << ((1 << j) - 1)
    return a


def keccak(data):
    data = bytearray(data) + b"\x01"
    data += bytes(-len(data) % 136)
    data[-1] |= 0x80
    a = [[0] * 5 for _ in range(5)]
    for at in range(0, len(data), 136):
        for i in range(17):
            w = data[at + 8 * i:at + 8 * i + 8]
            a[i % 5][i // 5] ^= int.from_bytes(w, "little")
        a = keccak_f(a)
    return b"".join(a[i % 5][i // 5].to_bytes(8, "little") for i in range(4))


# Arithmetic of the section "Models".
def cut(a, b):
    return a // b if a >= 0 else -(-a // b)


def cut64(v):
    return max(-(1 << 63), min((1 << 63) - 1, v))


def ln(y):
    e = y.bit_length() - 1
    m = y * Q >> e
    if m > 6521908912666391106:
        m, e = m // 2, e + 1
    z = cut((m - Q) * Q, m + Q)
    s = Q // 13
    for k in (11, 9, 7, 5, 3, 1):
        s = s * (z * z // Q) // Q + Q // k
    return (ONE * (3196577161300663915 * e + cut(2 * z * s, Q)) + Q // 2) // Q


def varint(b, at):
    v = shift = 0
    while True:
        if at >= len(b) or shift > 63:
            return None
        x = b[at]
        v |= (x & 127) << shift
        at, shift = at + 1, shift + 7
        if x < 128:
            return None if (x == 0 and shift > 7) or v >> 64 else (v, at)


def decode(b, columns):
    """List of (index, weight), or None."""
    head = varint(b, 0)
    if not head or head[0] not in (1, 2, 3):
        return None
    kind, count = head[0], varint(b, head[1])
    if not count or count[0] > min(65536, columns):
        return None
    (count, at), out, nxt = count, [], 0
    if kind == 3 and count != columns:
        return None
    for i in range(count):
        x = ONE
        if kind != 3:
            gap = varint(b, at)
            if not gap or nxt + gap[0] >= columns:
                return None
            i, at, nxt = nxt + gap[0], gap[1], nxt + gap[0] + 1
        if kind != 1:
            v = varint(b, at)
            if not v:
                return None
            x, at = v[0] >> 1 if v[0] % 2 == 0 else -(v[0] + 1 >> 1), v[1]
            if abs(x) > 1 << 50 or (kind == 2 and x == 0):
                return None
        out.append((i, x))
    return out if at == len(b) else None


class NaiveBayes:
    def __init__(self, classes, columns, a):
        self.C, self.V, self.a = classes, columns, a
        self.n, self.t = [0] * classes, [0] * classes
        self.w = [[0] * classes for _ in range(columns)]

    def takes(self, s):
        return all(x >= 0 for _, x in s)

    def scores(self, s):
        total = min(sum(self.n), 1 << 62)
        weight = sum(x for _, x in s)
        return [cut64(ln(self.n[c] + self.a) - ln(total + self.C * self.a)
                      + cut64(cut(sum(x * ln(self.w[f][c] + self.a)
                                      for f, x in s), ONE))
                      - cut(weight * ln(self.t[c] + self.V * self.a), ONE))
                for c in range(self.C)]

    def learn(self, s, c):
        top = 1 << 62
        self.n[c] = min(top, self.n[c] + ONE)
        self.t[c] = min(top, self.t[c] + sum(x for _, x in s))
        for f, x in s:
            self.w[f][c] = min(top, self.w[f][c] + x)

    def cells(self):
        return self.n + self.t + [v for row in self.w for v in row]


class Perceptron:
    def __init__(self, classes, columns, r):
        self.C, self.r = classes, r
        self.b = [0] * classes
        self.w = [[0] * classes for _ in range(columns)]

    def takes(self, s):
        return True

    def scores(self, s):
        return [cut64(self.b[c] + cut64(cut(sum(x * self.w[f][c]
                                                for f, x in s), ONE)))
                for c in range(self.C)]

    def learn(self, s, c):
        scores = self.scores(s)
        p = scores.index(max(scores))
        if p == c:
            return
        top = 1 << 46

        def add(row, at, d):
            row[at] = max(-top, min(top, row[at] + d))
        add(self.b, c, self.r)
        add(self.b, p, -self.r)
        for f, x in s:
            add(self.w[f], c, cut(self.r * x, ONE))
            add(self.w[f], p, -cut(self.r * x, ONE))

    def cells(self):
        return self.b + [v for row in self.w for v in row]


def clamp(v, top):
    return max(-top, min(top, v))


def rsqrt(p, y):
    s = 0
    while y << s + 2 < 1 << 64:
        s += 2
    a = (y << s) >> 32
    t = isqrt((1 << 69) // (2 * (a >> 24) + 1))
    u = (3 << 62) - a * (t * t >> 30)
    return p * (t * (u >> 33) >> 30) >> 62 - s // 2


def exp(d):
    ln2 = 3196577161300663915
    if d >= 23 * ONE:
        return 0
    n, r = divmod(d * Q // ONE, ln2)
    s = Q
    for k in range(14, 0, -1):
        s = Q - (r * s // Q) // k
    return s >> 30 + n


def softmax(scores):
    e = [exp(cut64(max(scores) - v)) for v in scores]
    return [ONE * v // sum(e) for v in e]


def step(v, squares, q, rate, epsilon):
    """One step of AdaGrad; returns weight, squares."""
    add, push = q * q // 10**6, abs(q) * rate // 1000
    if add == 0 and push == 0:
        return v, squares
    squares = min(1 << 62, squares + add)
    move = rsqrt(push, squares + epsilon)
    return clamp(v - move if q > 0 else v + move, 1 << 46), squares


def length(s):
    return isqrt(ONE * ONE + sum(x * x for _, x in s))


class Logistic:
    def __init__(self, classes, columns, param):
        self.C = classes
        self.epsilon, self.rate = param[:2]
        self.w = [[0] * classes for _ in range(columns + 1)]  # last: bias
        self.sq = [[0] * classes for _ in range(columns + 1)]

    def takes(self, s):
        return True

    def scores(self, s):
        return [cut64(cut((self.w[-1][c] + cut64(cut(
            sum(x * self.w[f][c] for f, x in s), ONE))) * ONE, length(s)))
            for c in range(self.C)]

    def learn(self, s, label):
        g = softmax(self.scores(s))
        g[label] -= ONE
        for f, x in [(-1, ONE)] + s:
            u = cut(ONE * x, length(s))
            for c in range(self.C):
                self.w[f][c], self.sq[f][c] = step(
                    self.w[f][c], self.sq[f][c], cut(g[c] * u, ONE),
                    self.rate, 1000 * self.epsilon)

    def cells(self):
        rows = [-1] + list(range(len(self.w) - 1))
        return sum((self.w[f] + self.sq[f] for f in rows), [])


class PassiveAggressive:
    def __init__(self, classes, columns, param):
        self.C = classes
        self.a, self.K = param
        self.k, self.M = 0, 1 << 32
        self.v = [[0] * classes for _ in range(columns + 1)]  # last: bias
        self.V = [[0] * classes for _ in range(columns + 1)]

    def takes(self, s):
        return True

    def sums(self, s, rows):
        return [rows[-1][c] + cut64(cut(sum(x * rows[f][c] for f, x in s),
                                        ONE)) for c in range(self.C)]

    def scores(self, s):
        return [cut64(cut((now - cut(lag << 32, self.M)) * ONE, length(s)))
                for now, lag in zip(self.sums(s, self.v),
                                    self.sums(s, self.V))]

    def learn(self, s, label):
        now = [cut64(cut(v * ONE, length(s))) for v in self.sums(s, self.v)]
        for c in range(self.C):
            y = 1 if c == label else -1
            p = y * min(self.a, max(0, ONE - cut64(y * now[c])))
            for f, x in [(-1, ONE)] + s:
                was = self.v[f][c]
                self.v[f][c] = clamp(
                    was + cut(p * cut(ONE * x, length(s)), ONE), 1 << 40)
                self.V[f][c] = clamp(self.V[f][c] + (
                    (self.v[f][c] - was) * self.M >> 32), 1 << 46)
        self.k = min(self.k + 1, self.K)
        self.M = self.M * (self.k + 8) // self.k
        if self.M >= 1 << 37:
            self.M //= 32
            self.V = [[cut(v, 32) for v in row] for row in self.V]

    def cells(self):
        rows = [-1] + list(range(len(self.v) - 1))
        return [self.k, self.M - (1 << 32)] + [0] * 14 + sum(
            (self.v[f] + self.V[f] for f in rows), [])


class Kalman:
    def __init__(self, classes, columns, v):
        self.C, self.n, self.v = classes, columns + 1, v * (1 << 48) // ONE
        self.w = [[0] * self.n for _ in range(classes)]
        self.s = [[[0] * self.n for _ in range(self.n)]
                  for _ in range(classes)]

    def takes(self, s):
        return True

    def row(self, s):
        x = [1 << 16] + [0] * (self.n - 1)
        for f, v in s:
            x[f + 1] = clamp(cut(v << 16, ONE), 1 << 20)
        return x

    def scores(self, s):
        x = self.row(s)
        return [cut64(cut(sum(a * b for a, b in zip(w, x)), 1 << 16))
                for w in self.w]

    def learn(self, sample, label):
        x, said = self.row(sample), self.scores(sample)
        r = range(self.n)
        for c in range(self.C):
            w, s = self.w[c], self.s[c]
            k = [clamp(cut(self.v * x[i] - sum(
                s[min(i, j)][max(i, j)] * x[j] for j in r), 1 << 16),
                1 << 62) for i in r]
            d = max(0, clamp(cut(sum(a * b for a, b in zip(k, x)), 1 << 16),
                             1 << 62))
            z = cut64(cut(said[c] * ONE, isqrt(
                ONE * ONE + d * ONE // (1 << 48) * 392699082)))
            e = exp(cut64(abs(z)))
            p = ONE * (e if z < 0 else 1 << 32) // ((1 << 32) + e)
            h = max(10**6, p * (ONE - p) // ONE)
            div = (1 << 48) + h * d // ONE
            part = ((h << 60) // ONE << 48) // div
            y = ONE if c == label else 0
            for i in r:
                w[i] = clamp(w[i] + cut(k[i] * (y - p), div), 1 << 46)
                for j in range(i, self.n):
                    s[i][j] = clamp(s[i][j] + ((k[i] * part >> 60) * k[j]
                                               >> 48), 1 << 48)

    def cells(self):
        return sum((w + [v for i, row in enumerate(s) for v in row[i:]]
                    for w, s in zip(self.w, self.s)), [])


def times(n, t):
    """Poisson of mean 2 by exact fractions: e^-2 from its series."""
    z = (64 * n + t) * 0x9e3779b97f4a7c15 % (1 << 64)
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9 % (1 << 64)
    z = (z ^ z >> 27) * 0x94d049bb133111eb % (1 << 64)
    z = (z ^ z >> 31) >> 32
    k, chance, below = 0, Fraction(2**32) / E2, Fraction(0)
    while k < 10:
        below += chance
        if z < int(below):
            break
        k += 1
        chance = chance * 2 / k
    return k


E2 = sum(Fraction(2**k, factorial(k)) for k in range(60))


def nlogn(n):
    return n * ln(n) if n else 0


def disorder(counts):
    return nlogn(sum(counts)) - sum(map(nlogn, counts))


class Leaf:
    def __init__(self, classes, columns, slot, before):
        self.slot, self.since, self.right = slot, 0, [0, 0]
        self.p, self.n = before, [0] * classes
        self.h = [[[0] * 16 for _ in range(classes)] for _ in range(columns)]

    def majority(self, bins):
        u = [ONE * (p + n) + 10**8 for p, n in zip(self.p, self.n)]
        return [ONE * v // sum(u) for v in u]

    def bayes(self, bins):
        return softmax([
            ln(ONE * (p + n) + 10**8) - len(bins) * ln(ONE * n + 16 * 10**8)
            + sum(ln(ONE * self.h[v][c][b] + 10**8)
                  for v, b in enumerate(bins))
            for c, (p, n) in enumerate(zip(self.p, self.n))])

    def ask(self, bins):
        return (self.bayes if self.right[1] > self.right[0]
                else self.majority)(bins)

    def gains(self):
        """For each column the largest gain and its bin."""
        s = sum(self.n)
        for h in self.h:
            best = (0, None)
            for i in range(15):
                low = [sum(row[:i + 1]) for row in h]
                high = [sum(row[i + 1:]) for row in h]
                if not any(row[i] for row in h) or \
                        min(sum(low), sum(high)) < (s + 99) // 100:
                    continue
                g = disorder(self.n) - disorder(low) - disorder(high)
                if g > best[0]:
                    best = (g, i)
            yield best

    def cells(self):
        head = [self.since] + self.right + self.p + self.n
        return head + [0] * (-len(head) % 16) + sum(
            (row for h in self.h for row in h), [])


class Hoeffding:
    def __init__(self, classes, columns, param):
        self.C, self.V = classes, columns
        self.grace, self.most, self.T = param
        self.N, self.trees = 0, [[] for _ in range(self.T)]

    def takes(self, s):
        return True

    def bins(self, s):
        x = dict(s)
        return [max(0, min(15, x.get(v, 0) // 250000000 + 8))
                for v in range(self.V)]

    def at(self, tree, bins):
        i = 0
        while not isinstance(tree[i], Leaf):
            v, b, child = tree[i]
            i = child + (bins[v] > b)
        return i

    def empty(self, slot=0, before=None):
        return Leaf(self.C, self.V, slot, before or [0] * self.C)

    def scores(self, s):
        bins, votes = self.bins(s), [0] * self.C
        for tree in self.trees:
            t = tree or [self.empty()]
            for c, q in enumerate(t[self.at(t, bins)].ask(bins)):
                votes[c] += q
        return [ln(v // self.T + 10**6) - ln(ONE + 10**6) for v in votes]

    def learn(self, s, label):
        self.N += 1
        for t, tree in enumerate(self.trees):
            w = 1 if self.T == 1 else times(self.N, t)
            if w:
                self.tree_learn(tree, self.bins(s), label, w)

    def tree_learn(self, tree, bins, label, w):
        if not tree:
            tree.append(self.empty())
        at = self.at(tree, bins)
        leaf = tree[at]
        for i, how in enumerate((leaf.majority, leaf.bayes)):
            q = how(bins)
            leaf.right[i] += q.index(max(q)) == label
        leaf.n[label] += w
        leaf.since += w
        for v, b in enumerate(bins):
            leaf.h[v][label][b] += w
        if leaf.since < self.grace:
            return
        leaf.since = 0
        if len(tree) + 2 <= self.most:
            self.split(tree, at, leaf)

    def split(self, tree, at, leaf):
        gains, s = list(leaf.gains()), sum(leaf.n)
        v = max(range(self.V), key=lambda v: (gains[v][0], -v))
        g, i = gains[v]
        second = max([o[0] for j, o in enumerate(gains) if j != v] + [0])
        e = ln(self.C)**2 // ONE * 1497866137 // ONE
        a = (g - second) // s
        if g <= 0 or not (a * a // ONE * s > e or e < 172963085 * s):
            return
        low = [sum(row[:i + 1]) for row in leaf.h[v]]
        child = len(tree)
        tree[at] = (v, i, child)
        tree.append(self.empty(leaf.slot, low))
        tree.append(self.empty((child + 1) // 2,
                               [n - k for n, k in zip(leaf.n, low)]))

    def cells(self):
        out = [self.N] + [0] * 15
        for tree in self.trees:
            head, slots = [len(tree)], {}
            for node in tree:
                if isinstance(node, Leaf):
                    head += [0, 0, 0, node.slot]
                    slots[node.slot] = node
                else:
                    head += [node[0] + 1, node[1], node[2], 0]
            head += [0] * (4 * (self.most - len(tree)))
            out += head + [0] * (-len(head) % 16)
            for i in range((self.most + 1) // 2):
                out += slots.get(i, self.empty()).cells()
        return out


class Nearest:
    def __init__(self, classes, columns, param):
        self.C, self.V = classes, columns
        self.m, self.k = param
        self.n, self.rows = 0, [[0] * (columns + 1) for _ in range(self.m)]

    def takes(self, s):
        return True

    def row(self, s):
        out = [0] * self.V
        for f, x in s:
            out[f] = clamp(cut(x << 16, ONE), 1 << 23)
        return out

    def scores(self, s):
        x, out = self.row(s), []
        for c in range(self.C):
            d = sorted([sum((a - b)**2 for a, b in zip(r[1:], x))
                        for r in self.rows if r[0] == c + 1]
                       + [self.V << 40] * self.k)[:self.k]
            out.append(cut(-ln((self.k * self.V << 22) + sum(d)), 2))
        return out

    def learn(self, s, label):
        self.rows[self.n % self.m] = [label + 1] + self.row(s)
        self.n += 1

    def cells(self):
        return [self.n] + sum(self.rows, [])


class Blend:
    def __init__(self, classes, columns, param):
        self.C = classes
        self.bayes = NaiveBayes(classes, columns, param[2])
        self.logistic = Logistic(classes, columns, param)
        self.share, self.sq = [0, 0], [0, 0]

    def takes(self, s):
        return self.bayes.takes(s)

    def said(self, s):
        n = self.bayes.scores(s)
        mean = cut(sum(n), self.C)
        return self.logistic.scores(s), [
            cut64(cut((v - mean) * ONE, length(s))) for v in n]

    def scores(self, s):
        both = list(zip(*self.said(s)))
        return [cut64(cut(a * (ONE + self.share[0])
                          + e * (3 * 10**8 + self.share[1]), ONE))
                for a, e in both]

    def learn(self, s, label):
        g = softmax(self.scores(s))
        g[label] -= ONE
        for i, said in enumerate(self.said(s)):
            q = clamp(cut(sum(a * b for a, b in zip(g, said)), ONE), 1 << 38)
            self.share[i], self.sq[i] = step(
                self.share[i], self.sq[i], q, 10**8, 10**12)
        self.bayes.learn(s, label)
        self.logistic.learn(s, label)

    def cells(self):
        bayes = self.bayes.cells()
        return self.share + self.sq + [0] * 12 + bayes \
            + [0] * (-len(bayes) % 16) + self.logistic.cells()


def lead(scores, label):
    return cut64(scores[label] - max(v for c, v in enumerate(scores)
                                     if c != label))


def number(b):
    return int.from_bytes(b[-8:], "big")


def mix(z):
    z = (z + 0x9e3779b97f4a7c15) % (1 << 64)
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9 % (1 << 64)
    z = (z ^ z >> 27) * 0x94d049bb133111eb % (1 << 64)
    return z ^ z >> 31


def by_hash(sample, folds):
    return number(keccak(sample)) % folds


def by_sketch(sample, columns, folds):
    if sample[0] == 3:
        return by_hash(sample, folds)
    return mix(min([mix(f) for f, _ in columns],
                   default=(1 << 64) - 1)) % folds


def tokens(columns):
    return sorted({mix((mix(f) + (x >> 20)) % (1 << 64)) >> 2 | 1
                   for f, x in columns})[:12]


# The section "Verdict rules"; each rule keeps the folds and its own cells.
class TwoFold:
    n = 2

    def __init__(self, learner, param):
        self.l, self.cells = learner, []

    def group(self, sample, s, who):
        return by_hash(sample, self.n)

    def learning(self, g):
        return [g]

    def learned(self, g, s, label, who):
        pass

    def wrong_too(self, g, s, label):
        return True

    def opinion(self, g, s, label):
        return lead(self.l.folds[1 - g].scores(s), label)


class KFold(TwoFold):
    def __init__(self, learner, param):
        super().__init__(learner, param)
        self.n = param["folds"]

    def learning(self, g):
        return [f for f in range(self.n) if f != g]

    def opinion(self, g, s, label):
        return lead(self.l.folds[g].scores(s), label)


class SketchFold(KFold):
    def group(self, sample, s, who):
        return by_sketch(sample, s, self.n)


class Support(SketchFold):
    def __init__(self, learner, param):
        super().__init__(learner, param)
        self.k = param["support"]
        self.cells = [0] * (learner.columns * self.k)

    def learned(self, g, s, label, who):
        tag = int.from_bytes(who[:8], "big") >> 2 << 1 | 1
        for f, _ in s:
            own = self.cells[f * self.k:(f + 1) * self.k]
            if tag not in own and 0 in own:
                self.cells[f * self.k + own.index(0)] = tag

    def opinion(self, g, s, label):
        left = [(f, x) for f, x in s if self.cells[(f + 1) * self.k - 1]]
        return super().opinion(g, left, label) if left else 0


class Jury(TwoFold):
    def __init__(self, learner, param):
        super().__init__(learner, param)
        self.n, self.known = param["folds"], param["known"]
        self.C, self.recent = learner.classes, param["recent"]
        self.cells = [0] * (self.n * self.C)
        if self.recent:
            self.cells += [0] * (1 + 12 * self.recent)

    def group(self, sample, s, who):
        return number(keccak(who)) % self.n

    def learned(self, g, s, label, who):
        self.cells[g * self.C + label] += 1
        if self.recent:
            first = self.n * self.C
            at = first + 1 + 12 * (self.cells[first] % self.recent)
            self.cells[at:at + 12] = (tokens(s) + [0] * 12)[:12]
            self.cells[first] += 1

    def repeats(self, s):
        rows, t = self.cells[self.n * self.C + 1:], set(tokens(s))
        for at in range(0, len(rows), 12):
            row = set(rows[at:at + 12]) - {0}
            if row & t and max(len(row), len(t)) - len(row & t) <= 2:
                return True
        return False

    def wrong_too(self, g, s, label):
        return self.l.unsure(self.l.folds[g], s, label) \
            and not self.repeats(s)

    def vote(self, f, s, label):
        counts = self.cells[f * self.C:(f + 1) * self.C]
        scores = self.l.folds[f].scores(s)
        others = [c for c in range(self.C) if c != label]
        other = max(others, key=lambda c: (scores[c], -c))
        if min(counts[label], counts[other]) < self.known:
            return 0
        return lead(scores, label)

    def opinion(self, g, s, label):
        v = sorted(self.vote(f, s, label) for f in range(self.n) if f != g
                   and any(self.cells[f * self.C:(f + 1) * self.C]))
        if not v:
            return 0
        a, b = v[(len(v) - 1) // 2], v[len(v) // 2]
        return a if a > 0 else b if b < 0 else 0


RULES = {"two-fold": TwoFold, "k-fold": KFold, "sketch-fold": SketchFold,
         "support": Support, "jury": Jury}


class Learner:
    def __init__(self, make, text, classes, columns, param, rule, verdict):
        self.spec, self.classes, self.columns = keccak(text), classes, columns
        self.credit, self.margin = verdict["credit"], verdict["margin"]
        self.rule = RULES[rule](self, verdict)
        self.served = make(classes, columns, param)
        self.folds = [make(classes, columns, param)
                      for _ in range(self.rule.n)]
        self.count = [0] * 16

    def read(self, sample):
        s = decode(sample, self.columns)
        return s if s is not None and self.served.takes(s) else None

    def unsure(self, model, s, label):
        scores = model.scores(s)
        said = scores.index(max(scores))
        return said != label or lead(scores, said) < self.credit

    def learn(self, sample, label, new, who):
        self.count[0] += 1
        s = self.read(sample)
        if s is None:
            return 0, 0, 0, 0
        self.count[1] += 1
        scores = self.served.scores(s)
        said = scores.index(max(scores))
        if new:
            self.count[2] += 1
            self.count[3] += said == label
        g = self.rule.group(sample, s, who)
        taught = self.unsure(self.served, s, label) \
            and self.rule.wrong_too(g, s, label)
        self.served.learn(s, label)
        for f in self.rule.learning(g):
            self.folds[f].learn(s, label)
        self.rule.learned(g, s, label, who)
        return 1, said, lead(scores, said), int(taught)

    def judge(self, sample, label, new, taught, who):
        s = self.read(sample)
        if s is None:
            return 0
        m = self.rule.opinion(self.rule.group(sample, s, who), s, label)
        if m <= -self.margin:
            return 0
        if m < self.margin:
            return 1
        return 3 if new and taught else 2

    def root(self):
        cells = list(self.count)
        for part in [m.cells() for m in [self.served] + self.folds] \
                + [self.rule.cells]:
            cells += part
            cells += [0] * (-len(cells) % 16)
        level = [keccak(b"\0" + b"".join(
            (v % (1 << 64)).to_bytes(8, "little") for v in cells[i:i + 16]))
            for i in range(0, len(cells), 16)]
        while len(level) > 1:
            level = [keccak(b"\1" + level[i] + level[i + 1])
                     if i + 1 < len(level) else level[i]
                     for i in range(0, len(level), 2)]
        return keccak(b"\2" + self.spec + len(cells).to_bytes(8, "big")
                      + level[0])


# The contributions: seeded, of all kinds, some broken, some again.
def put(v):
    out = bytearray()
    while v >= 128:
        out.append(v & 127 | 128)
        v >>= 7
    return bytes(out) + bytes([v])


def zigzag(v):
    return put(2 * v if v >= 0 else -2 * v - 1)


def value(rng, negative):
    v = rng.choice([rng.randrange(3 * ONE), 1 << 50, rng.randrange(1 << 50)])
    return -v if negative and rng.random() < 0.5 else v


def sample_of(rng, columns, label, negative):
    kind = rng.choice([1, 1, 2, 3])
    if kind == 3:
        return b"\3" + put(columns) + b"".join(
            zigzag(value(rng, negative) if rng.random() < 0.5 else 0)
            for _ in range(columns))
    own = [f for f in range(columns) if f % 5 == label % 5]
    chosen = sorted(set(rng.sample(own, min(4, len(own))) +
                        rng.sample(range(columns), 4)))
    out, nxt = bytes([kind]) + put(len(chosen)), 0
    for f in chosen:
        out += put(f - nxt)
        nxt = f + 1
        if kind == 2:
            out += zigzag(value(rng, negative) or 1)
    return out


def broken(rng, sample):
    b = bytearray(sample)
    if rng.random() < 0.5:
        return bytes(b[:rng.randrange(len(b))])
    b[rng.randrange(len(b))] ^= 1 << rng.randrange(8)
    return bytes(b)


def run(name, make, param, param_name, classes, columns, credit, margin,
        rule="two-fold", people=0, **more):
    """param, param_name: a number and its name beside `columns`, or all of
    them as a tuple and a format. people: contributors, where the rule asks
    who they are. more: other parameters of the rule."""
    verdict = dict(more, credit=credit, margin=margin)
    if isinstance(param, int):
        param_name = "columns=%d %s=%d" % (columns, param_name, param)
    else:
        param_name = param_name % param
    text = ("decaid 1\nmodel %s %s\nencoder none\n"
            "verdict %s %s\nsample packed\n"
            % (name, param_name, rule, " ".join(
                "%s=%d" % (k, verdict[k]) for k in sorted(verdict)))
            + "".join("class c%d\n" % c for c in range(classes))).encode()
    rng = random.Random(text)
    learner = Learner(make, text, classes, columns, param, rule, verdict)
    accounts = [keccak(b"%d" % i)[:20] for i in range(people)]
    seen, told = set(), []
    print("spec", text.hex())
    print("root", learner.root().hex(), 0, 0)
    for i in range(120):
        label = rng.randrange(classes)
        sample = sample_of(rng, columns, label,
                           make not in (NaiveBayes, Blend))
        if i % 7 == 3:
            sample = broken(rng, sample)
        if i % 11 == 5:
            sample = rng.choice(told)[0]
        new = int(sample not in seen)
        seen.add(sample)
        who = rng.choice(accounts) if people else b""
        got = learner.learn(sample, label, new, who)
        told.append((sample, label, new, got[3], who))
        print("learn", sample.hex() or "-", label, new, *got,
              *([who.hex()] if people else []))
        if i % 40 == 39:
            print("root", learner.root().hex(), *learner.count[2:4])
    for t in told:
        print("judge", t[0].hex() or "-", *t[1:4], learner.judge(*t),
              *([t[4].hex()] if people else []))


print("# made by learner.py; a second implementation of oracle/PROTOCOL.md")
run("naive-bayes", NaiveBayes, ONE, "smoothing", 3, 50, ONE, 2 * ONE)
run("naive-bayes", NaiveBayes, 1, "smoothing", 9, 20, 0, 1)
run("sparse-perceptron", Perceptron, ONE, "learning-rate", 2, 33, ONE, ONE)
run("sparse-perceptron", Perceptron, 12345, "learning-rate", 11, 16, 500, 10)
run("logistic", Logistic, (ONE // 100, ONE // 2),
    "columns=40 epsilon=%d learning-rate=%d", 2, 40, ONE, ONE)
run("logistic", Logistic, (1, 10 * ONE),
    "columns=25 epsilon=%d learning-rate=%d", 9, 25, 500, 10)
run("nearest", Nearest, (20, 3), "capacity=%d columns=24 neighbours=%d", 3, 24,
    ONE, ONE // 10)
run("nearest", Nearest, (1000, 1), "capacity=%d columns=9 neighbours=%d", 10,
    9, 10, 1)
run("blend", Blend, (ONE // 100, ONE // 2, ONE // 10),
    "columns=31 epsilon=%d learning-rate=%d smoothing=%d", 2, 31, ONE, ONE)
run("blend", Blend, (10**12, ONE, 7),
    "columns=18 epsilon=%d learning-rate=%d smoothing=%d", 7, 18, 0, ONE)
run("kalman", Kalman, ONE, "variance", 2, 20, ONE, ONE)
run("kalman", Kalman, 123456, "variance", 5, 9, 10, 1)
run("naive-bayes", NaiveBayes, ONE, "smoothing", 3, 50, ONE, ONE // 2,
    "jury", 9, folds=5, known=2, recent=25)
run("sparse-perceptron", Perceptron, ONE, "learning-rate", 4, 30, 500, ONE,
    "jury", 40, folds=16, known=0, recent=0)
run("logistic", Logistic, (ONE // 100, ONE // 2),
    "columns=12 epsilon=%d learning-rate=%d", 2, 12, 2 * ONE, ONE // 5,
    "jury", 7, folds=2, known=0, recent=3)
run("naive-bayes", NaiveBayes, ONE, "smoothing", 2, 40, ONE, ONE // 2,
    "k-fold", folds=4)
run("logistic", Logistic, (ONE // 100, ONE // 2),
    "columns=20 epsilon=%d learning-rate=%d", 3, 20, ONE, ONE // 10,
    "sketch-fold", folds=3)
run("naive-bayes", NaiveBayes, ONE, "smoothing", 3, 30, ONE, ONE // 2,
    "support", 12, folds=3, support=3)
run("sparse-perceptron", Perceptron, ONE, "learning-rate", 2, 24, ONE, ONE,
    "support", 5, folds=2, support=1)
run("hoeffding", Hoeffding, (5, 15, 1),
    "columns=10 grace=%d nodes=%d trees=%d", 2, 10, ONE, ONE)
run("hoeffding", Hoeffding, (8, 6, 3),
    "columns=10 grace=%d nodes=%d trees=%d", 5, 10, ONE // 10, ONE // 10)
run("passive-aggressive", PassiveAggressive, (7 * ONE // 10, 80000),
    "aggressiveness=%d columns=40 horizon=%d", 2, 40, ONE, ONE // 2)
run("passive-aggressive", PassiveAggressive, (8 * ONE, 5),
    "aggressiveness=%d columns=21 horizon=%d", 7, 21, ONE // 10, 10)
