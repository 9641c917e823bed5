import type { z } from 'zod';

/** One row of the operations table: what goes in, what comes out, and by which doors it can be reached. */
export interface Operation<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  summary: string;
  input: I;
  output: O;
  /** The name of the command that reaches it, where there is one. */
  command?: string;
  /** The served admin route that reaches it, where there is one: `POST /admin/train`. */
  http?: string;
}

export function operation<I extends z.ZodType, O extends z.ZodType>(row: Operation<I, O>): Operation<I, O> {
  return row;
}
