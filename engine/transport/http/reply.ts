import type { ServerResponse } from 'node:http';

/** What goes out: a whole body, or lines that are sent as they are made. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array | Iterable<string>;
}

/** On every answer: not to be guessed at, not to be kept, not to be used by another page. */
export const commonHeaders = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/** Lines are handed to the socket in blocks of this size. */
const blockLength = 65_536;

const isWhole = (body: Reply['body']): body is string | Uint8Array => typeof body === 'string' || body instanceof Uint8Array;

/** Waits until the socket takes more; false where the client has gone. */
function drained(response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (open: boolean) => (): void => {
      response.off('drain', onDrain);
      response.off('close', onClose);
      resolve(open);
    };
    const [onDrain, onClose] = [done(true), done(false)];
    response.once('drain', onDrain);
    response.once('close', onClose);
  });
}

async function sendLines(response: ServerResponse, lines: Iterable<string>): Promise<void> {
  let block = '';
  for (const line of lines) {
    block += `${line}\n`;
    if (block.length < blockLength) continue;
    if (response.destroyed) return;
    const room = response.write(block);
    block = '';
    // Others are answered meanwhile, whether or not the client reads as fast as lines are made.
    if (room) await new Promise((resolve) => setImmediate(resolve));
    else if (!(await drained(response))) return;
  }
  response.end(block);
}

/** Writes an answer. */
export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  if (response.destroyed) return;
  if (isWhole(body)) {
    response.writeHead(status, { ...commonHeaders, ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(body);
    return;
  }
  response.writeHead(status, { ...commonHeaders, ...headers });
  // What breaks in the middle of lines can be told only by breaking the connection.
  sendLines(response, body).catch((error: unknown) => response.destroy(error as Error));
}
