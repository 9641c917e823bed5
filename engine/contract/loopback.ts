import { EngineError } from './errors.ts';

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

/** Whether programs of this machine alone reach an address. */
export const isLoopback = (host: string): boolean => loopback.has(host);

/** Refuses to serve where other machines could reach a server that asks for no keys. Throws `forbidden`. */
export function assertReachable(host: string, auth: boolean): void {
  if (auth || isLoopback(host)) return;
  throw new EngineError(
    'forbidden',
    `Serving on ${host} would let other machines in, and this server asks nobody for a key. Switch keys on (--auth), or serve on 127.0.0.1.`,
  );
}
