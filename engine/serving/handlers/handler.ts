import type { z } from 'zod';
import type { Identity, Route } from '#contract/api/route';
import type { StageTimer } from '../tracing.ts';

/** What a door knows of a request besides its input. */
export interface Caller {
  requestId: string;
  identity: Identity;
  /** Of the client's machine. */
  address: string;
  /** When the request arrived, by `performance.now()`. */
  arrivedMs: number;
  /** One line of JSON after the other is wanted. */
  wantsLines: boolean;
  /** The client wants no list that was made earlier (`Cache-Control: no-cache`). */
  fresh: boolean;
  idempotencyKey?: string | undefined;
  /** Of a request that is traced; take `noStages` where it is absent. */
  stages?: StageTimer | undefined;
}

/** A body that went to a file as it came. Whoever handles it removes the file. */
export interface Upload {
  file: string;
  type: string;
  bytes: number;
}

/** An answer that is JSON text already. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** An answer that is sent as it is made, as the parts of one JSON text or as lines of JSON. */
export class JsonParts {
  constructor(
    readonly parts: Iterable<string>,
    readonly lines: boolean,
  ) {}
}

/** What the door may want to know of an answer besides its text. */
export interface AnswerFacts {
  source?: string | undefined;
  degraded?: string | undefined;
}

type Parsed<R extends Route, K extends 'params' | 'query' | 'body'> = R[K] extends z.ZodType ? z.output<R[K]> : undefined;

/** What a door hands in, parsed by the row's schemas. */
export interface RouteInput<R extends Route> {
  params: Parsed<R, 'params'>;
  query: Parsed<R, 'query'>;
  body: R extends { upload: readonly string[] } ? Upload : Parsed<R, 'body'>;
  caller: Caller;
  /** Told by the handler, for logs, metrics and the window. */
  facts: AnswerFacts;
}

export type AnswerOf<R extends Route> = z.input<R['answer']>;

type Handled<R extends Route> = AnswerOf<R> | JsonText | JsonParts;

/** One function a row of a table; a forgotten one does not compile. */
export type HandlersOf<Rows extends Record<string, Route>> = {
  [N in keyof Rows]: (input: RouteInput<Rows[N]>) => Promise<Handled<Rows[N]>> | Handled<Rows[N]>;
};
