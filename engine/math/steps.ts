/** Long arithmetic that stops now and then where others may be let in: whoever runs it decides whether they are. */
export type Steps<T> = Generator<void, T, void>;

/** Runs to the end without a pause, as a process that nobody waits for does. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
