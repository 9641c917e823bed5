let last: Promise<void> = Promise.resolve();

/**
 * Long work is done a stretch at a time: resolves in a turn of the event loop in which no other stretch is done, in the order in which it was asked for.
 * So everybody else waits for one stretch at most, however many answers are long.
 */
export function nextTurn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}
