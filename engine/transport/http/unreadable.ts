import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { clientClosed, problemReply } from './problem.ts';
import { commonHeaders } from './reply.ts';

/** Node's own names for what it cannot read, or did not get in time. */
const known: Record<string, [status: number, code: string, words: string]> = {
  HPE_HEADER_OVERFLOW: [431, 'too_large', 'The address and headers are larger than the 32 KiB that are taken. Send less in them.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'timeout', 'The request did not arrive in time.'],
};
const notHttp = [400, 'invalid_input', 'This is no HTTP request that can be read.'] as const;

/** What is still being sent is read for so long, and thrown away: closed at once, a client would see a reset instead of the answer. */
const lingerMs = 1000;

/** What was told on a connection that is closed then, by its status. */
export type Told = WeakMap<Duplex, number>;

/** Answers what is no request, or none in time, with problem details as everything else, and closes. */
export function answerUnreadable(told: Told, error: NodeJS.ErrnoException, socket: Duplex): void {
  if (told.has(socket)) return;
  const [status, code, words] = known[error.code ?? ''] ?? notHttp;
  const gone = error.code === 'ECONNRESET' || !socket.writable;
  // Who leaves in the middle seldom hears what is said.
  told.set(socket, gone || error.code === 'HPE_INVALID_EOF_STATE' ? clientClosed : status);
  if (gone) {
    socket.destroy();
    return;
  }
  const { headers, body } = problemReply(status, code, words);
  const fields = { ...commonHeaders, ...headers, connection: 'close', 'content-length': Buffer.byteLength(body as string) };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  socket.on('data', () => undefined);
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), lingerMs).unref();
}
