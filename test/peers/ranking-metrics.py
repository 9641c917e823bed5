"""The ranking metrics again, in numpy: reads rows as JSON from stdin, writes metrics as JSON to stdout."""

import json
import sys

import numpy as np

rows = json.load(sys.stdin)
scores = np.asarray(rows["scores"], dtype=np.float64)
labels = np.asarray(rows["labels"], dtype=bool)
weights = np.asarray(rows["weights"], dtype=np.float64)
offsets = rows["offsets"]

positives, negatives = scores[labels], scores[~labels]
# Every pair of a positive and a negative row.
auc = np.mean((positives[:, None] > negatives[None, :]) + 0.5 * (positives[:, None] == negatives[None, :]))

probabilities = np.clip(scores, 1e-7, 1 - 1e-7)
losses = -np.where(labels, np.log(probabilities), np.log(1 - probabilities))
log_loss = np.average(losses, weights=weights)


def ndcg(own_scores, own_labels, k):
    """Expected NDCG@k over random orders of ties: each row gets the mean discount of the ranks that its score holds."""
    discounts = np.zeros(len(own_scores))
    discounts[:k] = 1 / np.log2(np.arange(2, min(k, len(own_scores)) + 2))
    gain = 0.0
    for score in np.unique(own_scores):
        first, last = np.sum(own_scores > score), np.sum(own_scores >= score)
        gain += discounts[first:last].mean() * np.sum(own_labels[own_scores == score])
    return gain / discounts[: own_labels.sum()].sum()


requests = zip(offsets[:-1], offsets[1:])
mean_ndcg = np.mean([ndcg(scores[a:b], labels[a:b], 10) for a, b in requests])
json.dump({"auc": auc, "log-loss": log_loss, "ndcg@10": mean_ndcg}, sys.stdout)
