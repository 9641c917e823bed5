// Arrays of 64-bit keys, no two alike.

function at(keys: usize, index: i32): u64 {
  return load<u64>(keys + ((<usize>index) << 3));
}

function put(keys: usize, index: i32, key: u64): void {
  store<u64>(keys + ((<usize>index) << 3), key);
}

function middleOf(a: u64, b: u64, c: u64): u64 {
  const low = min(a, b);
  const high = max(a, b);
  return max(low, min(high, c));
}

/** Brings the `k` largest of `count` keys to the front, the least of them last (quickselect, Hoare 1961). */
export function selectLargest(keys: usize, count: i32, k: i32): void {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = middleOf(at(keys, low), at(keys, (low + high) >> 1), at(keys, high));
    let i = low;
    let j = high;
    while (i <= j) {
      while (at(keys, i) > pivot) i++;
      while (at(keys, j) < pivot) j--;
      if (i > j) break;
      const key = at(keys, i);
      put(keys, i++, at(keys, j));
      put(keys, j--, key);
    }
    if (k - 1 <= j) high = j;
    else if (k - 1 >= i) low = i;
    else return;
  }
}

/** Ascending, by insertion with falling gaps (Shell 1959, gaps of Ciura 2001): quick on a few hundred. */
export function sortKeys(keys: usize, count: i32): void {
  sortApart(keys, count, 701);
  sortApart(keys, count, 301);
  sortApart(keys, count, 132);
  sortApart(keys, count, 57);
  sortApart(keys, count, 23);
  sortApart(keys, count, 10);
  sortApart(keys, count, 4);
  sortApart(keys, count, 1);
}

function sortApart(keys: usize, count: i32, gap: i32): void {
  for (let i = gap; i < count; i++) {
    const key = at(keys, i);
    let j = i;
    while (j >= gap && at(keys, j - gap) > key) {
      put(keys, j, at(keys, j - gap));
      j -= gap;
    }
    put(keys, j, key);
  }
}
