"""A two-tower in Keras with a compiled train step: ids on both sides, in-batch softmax with the logQ correction, Adagrad."""
import json
import sys
import time

import numpy as np
import tensorflow as tf
import keras

from common import load


def ndcg(users_of, vectors, matrix, users, items, k=10, block=500):
    """Mean NDCG@k of one held-out item a user, among all items but those they have."""
    total = 0.0
    for begin in range(0, len(users), block):
        rows = users[begin : begin + block]
        scores = users_of(rows) @ vectors.T
        own = matrix[rows]
        scores[np.repeat(np.arange(len(rows)), np.diff(own.indptr)), own.indices] = -np.inf
        wanted = scores[np.arange(len(rows)), items[begin : begin + block]]
        rank = (scores > wanted[:, None]).sum(axis=1)
        total += (1 / np.log2(rank[rank < k] + 2)).sum()
    return total / len(users)


class TwoTower(keras.Model):
    def __init__(self, users, items, dimensions, temperature, log_share):
        super().__init__()
        start = keras.initializers.RandomNormal(stddev=dimensions**-0.5, seed=1)
        self.users = keras.layers.Embedding(users, dimensions, embeddings_initializer=start)
        self.items = keras.layers.Embedding(items, dimensions, embeddings_initializer=start)
        self.temperature = temperature
        self.log_share = tf.constant(log_share)

    def train_step(self, pairs):
        users, items = pairs[:, 0], pairs[:, 1]
        with tf.GradientTape() as tape:
            u = tf.math.l2_normalize(self.users(users), axis=1)
            v = tf.math.l2_normalize(self.items(items), axis=1)
            logits = tf.matmul(u, v, transpose_b=True) / self.temperature - tf.gather(self.log_share, items)
            loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(tf.range(tf.shape(u)[0]), logits))
        weights = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return {"loss": loss}


def main():
    matrix, users, items = load(sys.argv[1])
    arguments = json.loads(sys.argv[2])
    size = arguments["batchSize"]
    count = np.asarray(matrix.sum(axis=0)).ravel()
    share = np.log(np.maximum(count, 1) / count.sum()).astype(np.float32)
    model = TwoTower(*matrix.shape, arguments["dimensions"], arguments["temperature"], share)
    model.compile(optimizer=keras.optimizers.Adagrad(arguments["learningRate"], initial_accumulator_value=0.1))
    pairs = np.stack([np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), matrix.indices], axis=1).astype(np.int32)
    random = np.random.default_rng(1)

    def epoch():
        batches = tf.data.Dataset.from_tensor_slices(pairs[random.permutation(len(pairs))]).batch(size, drop_remainder=True)
        model.fit(batches.prefetch(2), epochs=1, verbose=0)

    # The first call compiles the step: that is not counted.
    model.fit(tf.data.Dataset.from_tensor_slices(pairs[: 2 * size]).batch(size, drop_remainder=True), epochs=1, verbose=0)
    seconds = 0.0
    epochs = []
    for _ in range(arguments["epochs"]):
        started = time.perf_counter()
        epoch()
        seconds += time.perf_counter() - started
        unit = lambda layer: tf.math.l2_normalize(layer.embeddings, axis=1).numpy()
        u = unit(model.users)
        epochs.append({"seconds": seconds, "ndcg": float(ndcg(lambda rows: u[rows], unit(model.items), matrix, users, items))})
    examples = len(pairs) // size * size * arguments["epochs"]
    print(json.dumps({"examplesPerSecond": examples / seconds, "epochs": epochs}))


main()
