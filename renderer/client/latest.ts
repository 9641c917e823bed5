/**
 * Of several answers under way only the newest counts: a slow old one never overwrites a fast new one.
 * Returns a function that takes the promise and what to do with its outcome.
 */
export function createLatest(): <T>(promise: Promise<T>, settle: { value(value: T): void; error(error: unknown): void }) => () => void {
  let newest = 0;
  return (promise, settle) => {
    newest += 1;
    const mine = newest;
    promise.then(
      (value) => {
        if (mine === newest) settle.value(value);
      },
      (error: unknown) => {
        if (mine === newest) settle.error(error);
      },
    );
    return () => {
      if (mine === newest) newest += 1;
    };
  };
}
