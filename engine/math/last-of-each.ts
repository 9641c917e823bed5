/** Each value once, in the order of when it stands last: what was had again counts from then. */
export const lastOfEach = <T>(values: Iterable<T>): T[] => [...new Set([...values].reverse())].reverse();
