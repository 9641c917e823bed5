"""Scores of the neighbour models, dense and in double precision. In: {"pairs": [[user, item]], "users", "items", "neighbours"}. Out: scores by model."""
import json
import sys

import numpy as np


def weigh(name, things):
    count, having, own = things.shape[0], np.maximum(things.sum(0), 1), things.sum(1)
    weights = {
        "cosine": np.ones_like(having),
        "normalised": 1 / having,
        "tf-idf": np.log(1 + count / having) ** 2,
        "bm25": np.log(1 + (count - having + 0.5) / (having + 0.5)) ** 2,
    }[name]
    weights = weights * (things.sum() / (things * weights).sum())
    mean = max(own.sum() / count, 1)
    lengths = np.sqrt((things * weights).sum(1))
    if name == "bm25":
        lengths = np.sqrt(mean) * (1.2 * (0.75 + 0.25 * own / mean) + 1) / 2.2
    return weights, np.where(own > 0, lengths, 1)


def best_of_rows(similar, k):
    """The k best of each row, without the diagonal; of equal ones the lower column."""
    similar = similar.copy()
    np.fill_diagonal(similar, 0)
    kept = np.zeros_like(similar)
    for row, values in enumerate(similar):
        top = np.argsort(-values, kind="stable")[:k]
        kept[row, top] = values[top]
    return kept


def main():
    given = json.load(sys.stdin)
    had = np.zeros((given["users"], given["items"]))
    for user, item in given["pairs"]:
        had[user, item] = 1
    k, scores = given["neighbours"], {}
    for name in ["cosine", "normalised", "tf-idf", "bm25"]:
        weights, lengths = weigh(name, had.T)
        similar = (had.T * weights) @ had / (np.outer(lengths, lengths) + 3)
        scores["item-knn " + name] = had @ best_of_rows(similar, k).T
        weights, lengths = weigh(name, had)
        similar = (had * weights) @ had.T / (np.outer(lengths, lengths) + 3)
        scores["user-knn " + name] = best_of_rows(similar, k) @ had / np.maximum(had.sum(0), 1) ** 0.3
    by_user, by_item = np.maximum(had.sum(1), 1), np.maximum(had.sum(0), 1)
    walk = (had.T / by_item[:, None]) ** 0.6 @ (had / by_user[:, None]) ** 0.6 / by_item**0.4
    scores["rp3beta"] = had @ best_of_rows(walk.T, k).T
    json.dump({name: values.tolist() for name, values in scores.items()}, sys.stdout)


main()
