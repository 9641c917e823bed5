// The best `k` pairs of a value and a column, in the place where they are wanted: a heap with the worst on top. Equal values: the lower column is better.
// What is kept does not depend on the order in which pairs are offered.

function worse(values: usize, columns: usize, a: i32, b: i32): bool {
  const left = load<f32>(values + ((<usize>a) << 2));
  const right = load<f32>(values + ((<usize>b) << 2));
  return left < right || (left === right && load<i32>(columns + ((<usize>a) << 2)) > load<i32>(columns + ((<usize>b) << 2)));
}

function swap(values: usize, columns: usize, a: i32, b: i32): void {
  const first = (<usize>a) << 2;
  const second = (<usize>b) << 2;
  const value = load<f32>(values + first);
  const column = load<i32>(columns + first);
  store<f32>(values + first, load<f32>(values + second));
  store<i32>(columns + first, load<i32>(columns + second));
  store<f32>(values + second, value);
  store<i32>(columns + second, column);
}

/** Lets the pair at the root sink to where it belongs among the first `size`. */
function sink(values: usize, columns: usize, size: i32): void {
  let parent = 0;
  while (true) {
    const left = 2 * parent + 1;
    if (left >= size) return;
    const child = left + 1 < size && worse(values, columns, left + 1, left) ? left + 1 : left;
    if (!worse(values, columns, child, parent)) return;
    swap(values, columns, child, parent);
    parent = child;
  }
}

/** Adds a pair to a heap of `size`, and returns the new size, `k` at most. */
export function offer(values: usize, columns: usize, size: i32, k: i32, value: f32, column: i32): i32 {
  if (size < k) {
    let child = size;
    store<f32>(values + ((<usize>child) << 2), value);
    store<i32>(columns + ((<usize>child) << 2), column);
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!worse(values, columns, child, parent)) break;
      swap(values, columns, child, parent);
      child = parent;
    }
    return size + 1;
  }
  const worst = load<f32>(values);
  if (value < worst || (value == worst && column > load<i32>(columns))) return size;
  store<f32>(values, value);
  store<i32>(columns, column);
  sink(values, columns, size);
  return size;
}

/** Puts the pairs of a heap in their order, best first. */
export function sortByValue(values: usize, columns: usize, size: i32): void {
  for (let length = size - 1; length > 0; length--) {
    swap(values, columns, 0, length);
    sink(values, columns, length);
  }
}
