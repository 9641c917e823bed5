export interface ClientOptions {
  /** Of the server; `http://127.0.0.1:8000` where not given. */
  baseUrl?: string;
  /** An API key, or a token of POST /auth/token. */
  apiKey?: string;
  /** A request that takes longer is given up, unless its call brings a signal of its own. */
  timeoutMs?: number;
  fetch?: typeof fetch;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** Makes the same request again harmless: it is done once, and each repeat gets the first answer. */
  idempotencyKey?: string;
  headers?: Record<string, string>;
}

/** What is wrong, in the words of the server (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
}

/** An answer that is none of the ones that were asked for. */
export class RecsmithError extends Error {
  readonly status: number;
  /** One word for programs: `not_found`, `unavailable`. */
  readonly code: string;
  readonly problem: Problem;
  /** When to try again, where the server says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: Problem, retryAfterSeconds?: number) {
    super(problem.detail);
    this.name = 'RecsmithError';
    this.problem = problem;
    this.status = problem.status;
    this.code = problem.code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What may be sent as a file. */
export type UploadBody = NonNullable<RequestInit['body']>;

/** An id as part of a path. Two ids cannot be one, however they are written: they mean this folder and the one above. */
export function pathSegment(id: string): string {
  if (id === '.' || id === '..') throw new RangeError(`"${id}" cannot stand in a path. Use the method that takes ids in the query.`);
  return encodeURIComponent(id);
}

interface Call {
  method: string;
  path: string;
  query?: object;
  json?: unknown;
  upload?: { body: UploadBody; type: string };
  text?: boolean;
  options?: CallOptions | undefined;
}

/** Sends requests and reads answers; the methods below say which. */
export class RecsmithTransport {
  private readonly baseUrl: string;
  private readonly options: ClientOptions;

  constructor(options: ClientOptions = {}) {
    this.options = options;
    this.baseUrl = (options.baseUrl ?? 'http://127.0.0.1:8000').replace(/\/+$/, '');
  }

  protected async call<T>({ method, path, query = {}, json, upload, text, options = {} }: Call): Promise<T> {
    const queries = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== null) queries.append(name, String(one));
    }
    const headers: Record<string, string> = { ...options.headers };
    if (this.options.apiKey !== undefined) headers.authorization = `Bearer ${this.options.apiKey}`;
    if (options.idempotencyKey !== undefined) headers['idempotency-key'] = options.idempotencyKey;
    const init: RequestInit & { duplex?: 'half' } = { method, headers };
    if (json !== undefined) {
      headers['content-type'] = 'application/json';
      init.body = JSON.stringify(json);
    } else if (upload) {
      headers['content-type'] = upload.type;
      init.body = upload.body;
      // Streams are sent as they come.
      init.duplex = 'half';
    }
    const { timeoutMs, fetch: send = fetch } = this.options;
    const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
    const signal = options.signal ?? timeout;
    if (signal) init.signal = signal;
    const search = queries.toString();
    const response = await send(`${this.baseUrl}${path}${search === '' ? '' : `?${search}`}`, init);
    if (!response.ok) throw await errorOf(response);
    return (text ? await response.text() : await response.json()) as T;
  }
}

async function errorOf(response: Response): Promise<RecsmithError> {
  const { status, statusText } = response;
  const text = await response.text();
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  let problem: Problem = { type: 'about:blank', title: statusText, status, detail: text || statusText, code: 'unknown' };
  try {
    problem = { ...problem, ...(JSON.parse(text) as Partial<Problem>) };
  } catch {
    // Something between the server and here answered.
  }
  return new RecsmithError(problem, Number.isFinite(retryAfter) ? retryAfter : undefined);
}
