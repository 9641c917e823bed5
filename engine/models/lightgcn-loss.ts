/** Vectors of a batch, `dimensions` floats each: first one an example, of its user, then one of each distinct item. */
export interface PairBatch {
  vectors: Float32Array;
  dimensions: number;
  /** The place among the items of each example's own item, and of one that its user has not. */
  own: Int32Array;
  others: Int32Array;
}

/** Mean of −ln σ(u · v_own − u · v_other) over a batch, and its gradient by the vectors. */
export function pairLoss({ vectors, dimensions: d, own, others }: PairBatch): { loss: number; gradient: Float32Array } {
  const count = own.length;
  const gradient = new Float32Array(vectors.length);
  let loss = 0;
  for (let i = 0; i < count; i++) {
    const u = i * d;
    const p = (count + (own[i] as number)) * d;
    const q = (count + (others[i] as number)) * d;
    let margin = 0;
    for (let k = 0; k < d; k++) margin += (vectors[u + k] as number) * ((vectors[p + k] as number) - (vectors[q + k] as number));
    const small = Math.exp(-Math.abs(margin));
    loss += Math.max(-margin, 0) + Math.log1p(small);
    const pull = (margin > 0 ? small : 1) / (1 + small) / count;
    for (let k = 0; k < d; k++) {
      const [x, y, z] = [vectors[u + k] as number, vectors[p + k] as number, vectors[q + k] as number];
      gradient[u + k] = (gradient[u + k] as number) - pull * (y - z);
      gradient[p + k] = (gradient[p + k] as number) - pull * x;
      gradient[q + k] = (gradient[q + k] as number) + pull * x;
    }
  }
  return { loss: loss / Math.max(count, 1), gradient };
}
