"""What the peers share: the data that the bench wrote, and recall of one held-out item a user."""
import json
import resource
import sys
import time

import numpy as np
import scipy.sparse as sp


def load(folder):
    with open(f"{folder}/shape.json") as file:
        shape = json.load(file)
    read = lambda name: np.fromfile(f"{folder}/{name}.i32", dtype=np.int32)
    users, items = read("train-users"), read("train-items")
    matrix = sp.csr_matrix(
        (np.ones(len(users), dtype=np.float32), (users, items)), shape=(shape["users"], shape["items"])
    )
    return matrix, read("held-out-users"), read("held-out-items")


def recall(score, matrix, users, items, k=20, block=500):
    """Share of users whose held-out item is in the top k of all items but those they have. `score` gives rows of scores."""
    hits = 0
    for begin in range(0, len(users), block):
        rows = users[begin : begin + block]
        scores = np.asarray(score(rows), dtype=np.float32)
        own = matrix[rows]
        scores[np.repeat(np.arange(len(rows)), np.diff(own.indptr)), own.indices] = -np.inf
        top = np.argpartition(-scores, k, axis=1)[:, :k]
        hits += int((top == items[begin : begin + block, None]).any(axis=1).sum())
    return hits / len(users)


def top_per_row(matrix, k):
    """The k largest of each row of a CSR matrix."""
    matrix = matrix.tocsr()
    indptr, indices, data = [0], [], []
    for row in range(matrix.shape[0]):
        begin, end = matrix.indptr[row], matrix.indptr[row + 1]
        values, columns = matrix.data[begin:end], matrix.indices[begin:end]
        if len(values) > k:
            best = np.argpartition(-values, k)[:k]
            values, columns = values[best], columns[best]
        data.append(values)
        indices.append(columns)
        indptr.append(indptr[-1] + len(values))
    return sp.csr_matrix((np.concatenate(data), np.concatenate(indices), indptr), shape=matrix.shape)


def main(fit):
    """`fit(matrix, arguments)` trains and gives the scoring function; its seconds are what is measured."""
    matrix, users, items = load(sys.argv[1])
    arguments = json.loads(sys.argv[2])
    started = time.perf_counter()
    score = fit(matrix, arguments)
    seconds = time.perf_counter() - started
    print(
        json.dumps(
            {
                "seconds": seconds,
                "recall": recall(score, matrix, users, items),
                "peakMemoryBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
        )
    )
