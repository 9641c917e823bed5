/** What the minimiser asks of a function: its value at `point`, and its gradient written into `gradient`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface LbfgsSettings {
  iterations: number;
  /** Stops when the largest part of the gradient is below this. */
  tolerance: number;
  /** Called after each step; `false` stops there. */
  afterStep(step: number, value: number, point: Float64Array): Promise<boolean>;
}

/** How many steps the curvature is remembered for. */
const memory = 10;
const leastDecrease = 1e-4;

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

/** The two-loop recursion (Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.4): minus the inverse Hessian times the gradient. */
function direction(gradient: Float64Array, pairs: { s: Float64Array; y: Float64Array; rho: number }[]): Float64Array {
  const q = gradient.map((value) => -value);
  const alphas: number[] = [];
  for (let p = pairs.length - 1; p >= 0; p--) {
    const { s, y, rho } = pairs[p] as (typeof pairs)[number];
    const alpha = rho * dot(s, q);
    alphas[p] = alpha;
    for (let i = 0; i < q.length; i++) q[i] = (q[i] as number) - alpha * (y[i] as number);
  }
  const last = pairs.at(-1);
  if (last) {
    const factor = 1 / (last.rho * dot(last.y, last.y));
    for (let i = 0; i < q.length; i++) q[i] = (q[i] as number) * factor;
  }
  pairs.forEach(({ s, y, rho }, p) => {
    const change = (alphas[p] as number) - rho * dot(y, q);
    for (let i = 0; i < q.length; i++) q[i] = (q[i] as number) + change * (s[i] as number);
  });
  return q;
}

/**
 * Minimises a smooth convex function from `start`: L-BFGS with steps halved until the value decreases enough (Armijo). Returns the last
 * point. A value that is not finite ends it where it is.
 */
export async function minimiseLbfgs(
  start: Float64Array,
  objective: Objective,
  { iterations, tolerance, afterStep }: LbfgsSettings,
): Promise<Float64Array> {
  let point = start.slice();
  let gradient = new Float64Array(start.length);
  let value = objective(point, gradient);
  const pairs: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  for (let step = 1; step <= iterations; step++) {
    const towards = direction(gradient, pairs);
    const slope = dot(towards, gradient);
    if (!(slope < 0)) break;
    // Without curvature to go by, the first step is no longer than 1.
    let length = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    let next = point;
    const nextGradient = new Float64Array(point.length);
    let nextValue = Number.POSITIVE_INFINITY;
    for (let halvings = 0; halvings < 30; halvings++) {
      next = point.map((x, i) => x + length * (towards[i] as number));
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + leastDecrease * length * slope) break;
      length /= 2;
    }
    if (!(nextValue < value)) break;
    const s = next.map((x, i) => x - (point[i] as number));
    const y = nextGradient.map((g, i) => g - (gradient[i] as number));
    const curvature = dot(s, y);
    if (curvature > 1e-12) {
      pairs.push({ s, y, rho: 1 / curvature });
      if (pairs.length > memory) pairs.shift();
    }
    point = next;
    gradient = nextGradient;
    value = nextValue;
    if (!(await afterStep(step, value, point))) break;
    if (gradient.every((g) => Math.abs(g) < tolerance)) break;
  }
  return point;
}
