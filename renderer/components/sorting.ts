/** By which column rows are sorted, and which way. */
export interface Sorting {
  by: string;
  descending: boolean;
}
