import { STATUS_CODES } from 'node:http';
import { errorTable, reportOf } from '#contract/errors';

/** On every answer: not to be guessed at, not to be kept, not to be used by another page. */
export const commonHeaders = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/** An answer that says in words what is wrong (RFC 9457). */
export function problemResponse(status: number, code: string, detail: string, headers: Record<string, string> = {}): Response {
  const body = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code };
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...commonHeaders, 'content-type': 'application/problem+json', ...headers },
  });
}

/** Node has no words for it; nginx gave it to requests whose client went away. */
const clientClosed = 499;

/** The answer to whatever was thrown. Of a bug only that it is one gets out; its stack is for the log. */
export function problemOf(error: unknown): Response {
  const report = reportOf(error);
  const status = errorTable[report.code].http;
  if (report.code === 'internal') {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return problemResponse(500, 'internal', 'Something unexpected failed in the server. Its log has the details.');
  }
  const headers: Record<string, string> = {};
  if (status === 503 || status === 507) headers['retry-after'] = '1';
  // What was not read of a body that is too large must not be taken for the next request.
  if (status === 413) headers.connection = 'close';
  return problemResponse(status === clientClosed ? 503 : status, report.code, report.message, headers);
}
