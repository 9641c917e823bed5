import { EngineError } from './errors.ts';

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

/** Refuses to serve where other machines could reach it. Throws `forbidden`. */
export function assertLoopback(host: string): void {
  if (loopback.has(host)) return;
  throw new EngineError(
    'forbidden',
    `Serving on ${host} would let other machines in, and this server asks nobody for a key yet. Serve on 127.0.0.1.`,
  );
}
