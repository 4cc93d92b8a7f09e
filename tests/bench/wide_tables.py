#!/usr/bin/env python3
"""Tables wider than kalman's 512 columns, made of the data folder's sets for bench_server_accuracy.

    wide_tables.py DATA_DIR OUT_DIR     needs python3-sklearn; OUT_DIR is then its WIDE_DIR; about four minutes

NAME-svd     768 numbers a text: its words and pairs of words by TF-IDF, brought to the 768 singular vectors that say
             most of the training texts (latent semantic analysis); of unlike widths, for the encoder "scale"
NAME-unit    the same brought to length one, as embedding services give theirs, for the encoder "none"
NAME-pairs   a table's columns and all products of two of them, each column by its mean and deviation first

What is fitted sees the first four fifths of the training rows, so that bench_server_choose, which asks about the last,
and the test see rows that were fitted to nothing, as those of an embedding service are. Of a set's rows the first ROWS_MAX are used. The same files each time.
"""
import csv
import gzip
import sys

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

ROWS_MAX, WORDS_MAX, WIDTH = 7500, 20000, 768
TEXTS = ("sms", "covidnews", "clickbait", "offensive", "agnews")
TABLES = ("wisdm", "optdigits")


def texts_read(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = [line.rstrip("\n").split("\t", 1) for line in lines][:ROWS_MAX]
    return [row[0] for row in rows], [row[1] for row in rows]


def table_read(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))[1:ROWS_MAX + 1]
    return [row[-1] for row in rows], np.array([row[:-1] for row in rows], dtype=float)


def write(path, labels, values):
    with gzip.GzipFile(path, "wb", compresslevel=1, mtime=0) as out:
        out.write((",".join(f"c{i}" for i in range(values.shape[1])) + ",label\n").encode())
        for label, row in zip(labels, values):
            out.write((",".join(f"{v:.6f}" for v in row) + f",{label}\n").encode())


def texts_make(folder, out, name):
    parts = {part: texts_read(f"{folder}/{name}.{part}.tsv.gz") for part in ("train", "test")}
    known = parts["train"][1][:len(parts["train"][1]) * 4 // 5]
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=2, max_features=WORDS_MAX).fit(known)
    svd = TruncatedSVD(WIDTH, n_iter=2, random_state=0).fit(words.transform(known))
    for part, (labels, texts) in parts.items():
        values = svd.transform(words.transform(texts))
        length = np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)
        write(f"{out}/{name}-svd.{part}.csv.gz", labels, values)
        write(f"{out}/{name}-unit.{part}.csv.gz", labels, values / length)


def table_make(folder, out, name):
    parts = {part: table_read(f"{folder}/{name}.{part}.csv.gz") for part in ("train", "test")}
    mean, width = parts["train"][1].mean(axis=0), parts["train"][1].std(axis=0)
    i, k = np.triu_indices(len(mean))
    for part, (labels, values) in parts.items():
        values = np.clip((values - mean) / np.where(width < 1e-9, 1, width), -5, 5)
        write(f"{out}/{name}-pairs.{part}.csv.gz", labels, np.hstack([values, values[:, i] * values[:, k]]))


def main():
    for name in TEXTS:
        texts_make(sys.argv[1], sys.argv[2], name)
        print(name, flush=True)
    for name in TABLES:
        table_make(sys.argv[1], sys.argv[2], name)
        print(name, flush=True)


main()
