"""GF-CF in scipy: normalised co-occurrence and a low-pass filter of the leading singular vectors."""
import numpy as np
import scipy.sparse as sp
from common import main
from scipy.sparse.linalg import svds


def fit(matrix, arguments):
    user_degree = np.maximum(np.asarray(matrix.sum(axis=1)).ravel(), 1)
    item_degree = np.maximum(np.asarray(matrix.sum(axis=0)).ravel(), 1)
    normal = (sp.diags(user_degree**-0.5) @ matrix @ sp.diags(item_degree**-0.5)).astype(np.float32).tocsr()
    _, _, right = svds(normal, k=arguments["components"], random_state=1)
    down, up = item_degree**-0.5, item_degree**0.5

    def score(rows):
        own = matrix[rows]
        linear = (normal.T @ (normal @ own.T)).T.toarray()
        ideal = ((own.multiply(down)) @ right.T) @ right * up
        return linear + arguments["alpha"] * np.asarray(ideal)

    return score


main(fit)
