"""implicit's ALS with conjugate gradient on all cores."""
import threadpoolctl
from common import main
from implicit.als import AlternatingLeastSquares


def fit(matrix, arguments):
    threadpoolctl.threadpool_limits(1, "blas")
    model = AlternatingLeastSquares(
        factors=arguments["dimensions"],
        iterations=arguments["iterations"],
        regularization=arguments["regularization"],
        alpha=arguments["alpha"],
        random_state=1,
    )
    model.fit(matrix, show_progress=False)
    return lambda rows: model.user_factors[rows] @ model.item_factors.T


main(fit)
