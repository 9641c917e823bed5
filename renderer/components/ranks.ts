interface Ranked {
  item: { itemId: string };
  rank: number;
}

/** Rank by item. */
export function ranksOf(list: readonly Ranked[]): Map<string, number> {
  return new Map(list.map(({ item, rank }) => [item.itemId, rank]));
}

/** How many items two lists have in common: `6 of 10 in both`. */
export function sharedText(first: readonly Ranked[], second: readonly Ranked[]): string {
  const ranks = ranksOf(first);
  const shared = second.filter(({ item }) => ranks.has(item.itemId)).length;
  return `${shared} of ${Math.max(first.length, second.length)} in both`;
}
