/**
 * Bags of weighted table rows: bag b is Σ weights[i] · table[rows[i]] over i in offsets[b] .. offsets[b + 1). Ids, attributes, tags and recent items
 * of a user or an item are all rows of one table, so that one sparse product embeds a whole batch.
 */
export interface Bags {
  count: number;
  offsets: Int32Array;
  rows: Int32Array;
  weights: Float32Array;
}

/** A growing list of bags, used again from batch to batch. */
export class BagWriter {
  #offsets = new Int32Array(1024);
  #rows = new Int32Array(4096);
  #weights = new Float32Array(4096);
  #bags = 0;
  #entries = 0;

  clear(): void {
    this.#bags = 0;
    this.#entries = 0;
  }

  /** Adds a row to the bag that is open. */
  add(row: number, weight: number): void {
    if (this.#entries === this.#rows.length) {
      const rows = new Int32Array(this.#entries * 2);
      const weights = new Float32Array(this.#entries * 2);
      rows.set(this.#rows);
      weights.set(this.#weights);
      this.#rows = rows;
      this.#weights = weights;
    }
    this.#rows[this.#entries] = row;
    this.#weights[this.#entries++] = weight;
  }

  /** Whether nothing is in the open bag yet. */
  get isEmpty(): boolean {
    return this.#entries === this.#offsets[this.#bags];
  }

  /** Closes the bag and opens the next. */
  next(): void {
    if (this.#bags + 1 === this.#offsets.length) {
      const offsets = new Int32Array(this.#offsets.length * 2);
      offsets.set(this.#offsets);
      this.#offsets = offsets;
    }
    this.#offsets[++this.#bags] = this.#entries;
  }

  /** The closed bags; valid until the writer is used again. */
  bags(): Bags {
    return {
      count: this.#bags,
      offsets: this.#offsets.subarray(0, this.#bags + 1),
      rows: this.#rows.subarray(0, this.#entries),
      weights: this.#weights.subarray(0, this.#entries),
    };
  }
}

/** The rows that bags touch, once each in the order of their first use, and the bags again over positions in that list. */
export interface CompactBags {
  touched: Int32Array;
  columns: Int32Array;
}

/** Gives each touched row a position; `positions` has a slot per table row, all -1, and is left so. */
export function compactBags(bags: Bags, positions: Int32Array): CompactBags {
  const touched = new Int32Array(Math.min(bags.rows.length, positions.length));
  const columns = new Int32Array(bags.rows.length);
  let count = 0;
  for (let i = 0; i < bags.rows.length; i++) {
    const row = bags.rows[i] as number;
    let position = positions[row] as number;
    if (position < 0) {
      position = count++;
      positions[row] = position;
      touched[position] = row;
    }
    columns[i] = position;
  }
  for (let i = 0; i < count; i++) positions[touched[i] as number] = -1;
  return { touched: touched.slice(0, count), columns };
}

/** Columns become bags, so that gradients flow back by the same product: entry (bag, column) becomes (column, bag). */
export function transposeBags(bags: Bags, columns: Int32Array, columnCount: number): Bags {
  const offsets = new Int32Array(columnCount + 1);
  for (const column of columns) offsets[column + 1] = (offsets[column + 1] as number) + 1;
  for (let i = 0; i < columnCount; i++) offsets[i + 1] = (offsets[i + 1] as number) + (offsets[i] as number);
  const next = offsets.slice(0, columnCount);
  const rows = new Int32Array(columns.length);
  const weights = new Float32Array(columns.length);
  for (let bag = 0; bag < bags.count; bag++) {
    for (let i = bags.offsets[bag] as number; i < (bags.offsets[bag + 1] as number); i++) {
      const column = columns[i] as number;
      const slot = next[column] as number;
      rows[slot] = bag;
      weights[slot] = bags.weights[i] as number;
      next[column] = slot + 1;
    }
  }
  return { count: columnCount, offsets, rows, weights };
}
