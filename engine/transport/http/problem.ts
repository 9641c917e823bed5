import { STATUS_CODES } from 'node:http';
import { errorTable, reportOf } from '#contract/errors';
import type { WholeReply } from './reply.ts';

/** An answer that says in words what is wrong (RFC 9457). */
export function problemReply(status: number, code: string, detail: string, headers: Record<string, string> = {}): WholeReply {
  const body = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code };
  return { status, headers: { 'content-type': 'application/problem+json', ...headers }, body: JSON.stringify(body) };
}

/** Where a bug is, for the log: without its message, which may hold what was asked for. Undefined for what somebody meant to happen. */
export function placeOfBug(error: unknown): string | undefined {
  if (reportOf(error).code !== 'internal') return undefined;
  if (!(error instanceof Error)) return typeof error;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames.map((line) => line.trim())].join(' ');
}

/** Node has no words for it; nginx gave it to requests whose client went away. */
export const clientClosed = 499;

/** The answer to whatever was thrown. Of a bug only that it is one gets out; its stack is for the log. */
export function problemOf(error: unknown): WholeReply {
  const report = reportOf(error);
  const status = errorTable[report.code].http;
  if (report.code === 'internal') {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return problemReply(500, 'internal', 'Something unexpected failed in the server. Its log has the details.');
  }
  const headers: Record<string, string> = {};
  if (status === 429 || status === 503 || status === 507) headers['retry-after'] = String(report.details?.retryAfterSeconds ?? 1);
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  // What was not read of a body that is too large must not be taken for the next request.
  if (status === 413) headers.connection = 'close';
  return problemReply(status === clientClosed ? 503 : status, report.code, report.message, headers);
}
