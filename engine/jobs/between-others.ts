import type { Steps } from '../math/steps.ts';

/** Runs to the end and answers others about every 15 ms on the way. */
export async function finishBetweenOthers<T>(steps: Steps<T>): Promise<T> {
  let since = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - since < 15) continue;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  }
}
