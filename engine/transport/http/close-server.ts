import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const isEmpty = (server: Server): Promise<boolean> =>
  new Promise((resolve) => server.getConnections((error, count) => resolve(error === null && count === 0)));

/** Clients hear with the answer to their next request that they should go. */
async function waitForGoing(server: Server, graceMs: number): Promise<void> {
  const until = performance.now() + graceMs;
  while (performance.now() < until && !(await isEmpty(server))) await pause(20);
}

const mostHearingMs = 200;

/** The event loop takes one new connection a turn: whom the system has let in already is heard before nobody is let in any more. */
async function hearThoseInside(server: Server): Promise<void> {
  let quietTurns = 0;
  const heard = (): void => {
    quietTurns = 0;
  };
  server.on('connection', heard);
  for (const until = performance.now() + mostHearingMs; quietTurns < 3 && performance.now() < until; quietTurns++) await turn();
  server.off('connection', heard);
}

/**
 * Shuts a server so that no connection is cut while a request is on it or on its way. Each request that comes now must be told to go: first those
 * of new connections, too; then, where nobody is let in any more, those of the connections that are left. What idles even so is shut.
 * @param waitMs for requests under way; then they are cut
 */
export async function closeServer(server: Server, graceMs: number, waitMs: number): Promise<void> {
  await waitForGoing(server, graceMs);
  await hearThoseInside(server);
  // The server's own `close` would cut those that idle at once.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  await waitForGoing(server, graceMs);
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const late = setTimeout(() => server.closeAllConnections(), waitMs);
  server.closeIdleConnections();
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}
