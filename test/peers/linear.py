"""EASE and its degree-normalised form in numpy, in 64 bits, on the item side: the second implementation."""
import json
import sys

import numpy as np

given = json.load(sys.stdin)
R = np.zeros((given["users"], given["items"]))
for user, item in given["pairs"]:
    R[user, item] = 1


def ease(ridge):
    P = np.linalg.inv(R.T @ R + ridge * np.eye(R.shape[1]))
    B = P / -np.diag(P)
    np.fill_diagonal(B, 0)
    return R @ B


def normalised(a, b, ridge):
    users = np.maximum(R.sum(1), 1)[:, None]
    items = np.maximum(R.sum(0), 1)[None, :]
    X = users**-a * R * items**-b
    G = X.T @ X
    B = np.linalg.solve(G + ridge * np.linalg.eigvalsh(G)[-1] * np.eye(len(G)), G)
    return users**a * (X @ B) * items**b


json.dump({"ease": ease(**given["ease"]).tolist(), "normalised": normalised(**given["normalised"]).tolist()}, sys.stdout)
