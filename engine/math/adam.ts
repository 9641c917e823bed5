/**
 * Adam (Kingma and Ba 2015) over some arrays, which it changes in place. For networks of a few ten thousand weights this takes less time
 * than handing the update to TensorFlow operation by operation.
 */
export function createAdam(parameters: Float32Array[], learningRate: number): { update(gradients: Float32Array[]): void } {
  const beta1 = 0.9;
  const beta2 = 0.999;
  const epsilon = 1e-7;
  const firsts = parameters.map((values) => new Float64Array(values.length));
  const seconds = parameters.map((values) => new Float64Array(values.length));
  let step = 0;
  return {
    update(gradients) {
      step++;
      const rate = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
      parameters.forEach((values, p) => {
        const gradient = gradients[p] as Float32Array;
        const first = firsts[p] as Float64Array;
        const second = seconds[p] as Float64Array;
        for (let i = 0; i < values.length; i++) {
          const slope = gradient[i] as number;
          const mean = beta1 * (first[i] as number) + (1 - beta1) * slope;
          const square = beta2 * (second[i] as number) + (1 - beta2) * slope * slope;
          first[i] = mean;
          second[i] = square;
          values[i] = (values[i] as number) - (rate * mean) / (Math.sqrt(square) + epsilon);
        }
      });
    },
  };
}
