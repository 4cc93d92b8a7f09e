#!/usr/bin/env python3
"""scikit-learn's partial_fit, one sample at a time and in batches of 100, on the rows of bench_models_learn.

    sklearn_learn.py FILE N_COLUMNS     FILE: lines "label index index ..."

Prints "NAME SAMPLES_PER_SECOND RIGHT" a line, by CPU time. Run by bench_models_learn where python3-sklearn is there.
"""
import sys
import time

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import Perceptron, SGDClassifier
from sklearn.naive_bayes import MultinomialNB

ONE_BY_ONE = 1500


def read(path, columns):
    rows = [line.split() for line in open(path, encoding="ascii")]
    labels = np.array([int(r[0]) for r in rows])
    index = np.array([int(i) for r in rows for i in r[1:]])
    start = np.cumsum([0] + [len(r) - 1 for r in rows])
    return csr_matrix((np.ones(len(index)), index, start), shape=(len(rows), columns)), labels


def learn(model, x, y, n, at_once):
    """Predict, then learn; the rate and how many were right."""
    right, began = 0, time.process_time()
    for i in range(0, n, at_once):
        part, labels = x[i:i + at_once], y[i:i + at_once]
        if i > 0:
            right += int((model.predict(part) == labels).sum())
        model.partial_fit(part, labels, classes=[0, 1])
    return n / (time.process_time() - began), right


def main():
    x, y = read(sys.argv[1], int(sys.argv[2]))
    for name, make in (("Perceptron", Perceptron), ("SGDClassifier-log", lambda: SGDClassifier(loss="log_loss")),
                       ("MultinomialNB", MultinomialNB)):
        for at_once, n in ((1, ONE_BY_ONE if name != "MultinomialNB" else 200), (100, x.shape[0])):
            rate, right = learn(make(), x, y, n, at_once)
            print(f"{name}/{at_once} {rate:.0f} {right}", flush=True)


main()
