"""The evaluator once more, in numpy, from its definitions alone. Reads a case as JSON from stdin and writes the metrics as JSON."""

import json
import sys

import numpy as np

case = json.load(sys.stdin)
scores = np.array(case["scores"], dtype=np.float32)
seen = np.zeros(scores.shape, dtype=bool)
for user, item in case["train"]:
    seen[user, item] = True
relevant = np.zeros(scores.shape, dtype=bool)
for user, item in case["test"]:
    relevant[user, item] = True

users = np.flatnonzero(relevant.any(axis=1))
items = scores.shape[1]
masked = np.where(seen, -np.inf, scores.astype(np.float64))
# Falling by score; of equal scores the lower item first: a stable sort of what was in the order of items.
order = np.argsort(-masked, axis=1, kind="stable")
popularity = seen.sum(axis=0)
popularity_users = int(seen.any(axis=1).sum())
attributes = np.array(case["attributes"], dtype=float)

# The tail begins where the items before, by falling popularity, hold four fifths of the training pairs.
by_popularity = np.argsort(-popularity, kind="stable")
before = np.cumsum(popularity[by_popularity]) - popularity[by_popularity]
tail = np.zeros(items, dtype=bool)
tail[by_popularity[(before >= 0.8 * popularity.sum()) | (popularity[by_popularity] == 0)]] = True


def mean_of(of_items, lists):
    return np.array([of_items[row].mean() if len(row) else np.nan for row in lists])


def unit_rows(matrix):
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.divide(matrix, norms, out=np.zeros_like(matrix), where=norms > 0)


def mean_pair(vectors, lists):
    """Mean cosine over the pairs of different items in each list."""
    means = []
    for row in lists:
        cosines = vectors[row] @ vectors[row].T
        means.append(cosines[np.triu_indices(len(row), 1)].mean() if len(row) > 1 else np.nan)
    return np.array(means)


out = {"metrics": {}, "errors": {}, "users": len(users)}

for k in case["ks"]:
    top = order[users, :k]
    listed = ~np.take_along_axis(seen[users], top, axis=1)
    hit = np.take_along_axis(relevant[users], top, axis=1) & listed
    count = relevant[users].sum(axis=1)
    places = np.arange(1, top.shape[1] + 1)
    discount = 1 / np.log2(places + 1)
    best = np.array([(1 / np.log2(np.arange(1, min(k, n) + 1) + 1)).sum() for n in count])
    precision = hit.cumsum(axis=1) / places
    first = np.where(hit.any(axis=1), 1 / (hit.argmax(axis=1) + 1), 0.0)
    values = {
        "recall": hit.sum(axis=1) / count,
        "precision": hit.sum(axis=1) / k,
        "ndcg": (hit * discount).sum(axis=1) / best,
        "hit-rate": hit.any(axis=1).astype(float),
        "mrr": first,
        "map": (hit * precision).sum(axis=1) / np.minimum(count, k),
    }
    shown = [row[ok] for row, ok in zip(top, listed)]
    exposure = np.bincount(np.concatenate(shown), minlength=items)
    values["novelty"] = mean_of(-np.log2(np.maximum(popularity, 1) / (popularity_users or 1)), shown)
    values["arp"] = mean_of(popularity, shown)
    values["long-tail"] = mean_of(tail.astype(float), shown)
    values["diversity"] = 1 - mean_pair(unit_rows(seen.T.astype(float)), shown)
    values["attribute-diversity"] = 1 - mean_pair(unit_rows(attributes), shown)
    # What popularity alone would show the same users.
    popular = np.argsort(-np.where(seen, -np.inf, popularity), axis=1, kind="stable")[users, :k]
    surprise = [[i in set(np.flatnonzero(relevant[u])) - set(easy) for i in row] for u, row, easy in zip(users, shown, popular)]
    values["serendipity"] = np.array([sum(row) / k for row in surprise])
    for name, of_users in values.items():
        known = of_users[~np.isnan(of_users)]
        if len(known) == 0:
            continue
        out["metrics"][f"{name}@{k}"] = float(known.mean())
        out["errors"][f"{name}@{k}"] = float(known.std(ddof=1) / np.sqrt(len(known)))
    out["metrics"][f"coverage@{k}"] = len(np.unique(top[listed])) / items
    # Half the mean absolute difference over all pairs, relative to the mean.
    out["metrics"][f"gini@{k}"] = float(np.abs(exposure[:, None] - exposure[None, :]).mean() / (2 * exposure.mean()))

json.dump(out, sys.stdout)
