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
    for name, of_users in values.items():
        out["metrics"][f"{name}@{k}"] = float(of_users.mean())
        out["errors"][f"{name}@{k}"] = float(of_users.std(ddof=1) / np.sqrt(len(users)))
    out["metrics"][f"coverage@{k}"] = len(np.unique(top[listed])) / items

json.dump(out, sys.stdout)
