"""RP3beta in scipy: two steps of a random walk, divided by popularity to the beta, and the k largest of each row."""
import numpy as np
import scipy.sparse as sp
from common import main, top_per_row


def fit(matrix, arguments):
    alpha, beta = arguments["alpha"], arguments["beta"]
    user_degree = np.maximum(np.asarray(matrix.sum(axis=1)).ravel(), 1)
    item_degree = np.maximum(np.asarray(matrix.sum(axis=0)).ravel(), 1)
    to_items = sp.diags(user_degree**-alpha) @ matrix
    to_users = sp.diags(item_degree**-alpha) @ matrix.T
    walk = (to_users @ to_items @ sp.diags(item_degree**-beta)).tocsr()
    walk.setdiag(0)
    walk.eliminate_zeros()
    walk = top_per_row(walk, arguments["neighbours"])
    return lambda rows: (matrix[rows] @ walk).toarray()


main(fit)
