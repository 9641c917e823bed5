import path from 'node:path';
import { EngineError } from '#contract/errors';
import { assertReachable, isLoopback } from '#contract/loopback';
import { openSecurity } from '../security/security.ts';
import type { Flag } from './arguments.ts';
import { securityFolderOf } from './security-commands.ts';
import { tell } from './terminal.ts';

/** Who may reach a server, as flags of the command that starts it. */
export const serveSecurityFlags = {
  host: { kind: 'text', help: 'the address (127.0.0.1); another one only with keys' },
  names: { kind: 'text', help: 'further names that it is asked by, with commas' },
  auth: { kind: 'switch', help: 'ask for keys, now and from now on (recsmith keys makes them)' },
  'no-auth': { kind: 'switch', help: 'ask for keys no more' },
  'tls-cert': { kind: 'text', help: 'a certificate, as a PEM file: HTTPS' },
  'tls-key': { kind: 'text', help: 'its private key, as a PEM file' },
} as const satisfies Record<string, Flag>;

export interface ServeSecurity {
  auth: boolean;
  host?: string | undefined;
  names?: string[] | undefined;
  tls?: { cert: string; key: string } | undefined;
  /** Remembers whether keys are asked for, once it serves: a start that is refused or fails changes nothing. */
  remember(): Promise<void>;
}

/** Reads the flags. Throws what they are refused for. */
export function serveSecurity(target: string, flags: Record<string, unknown>): ServeSecurity {
  const { host, names, auth: on, noAuth: off, tlsCert, tlsKey } = flags as Record<string, string | undefined>;
  if (on && off) throw new EngineError('invalid_input', 'Give --auth or --no-auth, not both.');
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new EngineError('invalid_input', 'A certificate and its private key are given together: --tls-cert F --tls-key F.');
  const security = openSecurity(securityFolderOf(target));
  const auth = on || off ? Boolean(on) : security.auth();
  if (host !== undefined) assertReachable(host, auth);
  if (on && !security.keys.list().some((key) => key.revoked_at === null))
    tell('There is no key yet. Make one, while this serves, with: recsmith keys W create --name NAME');
  const tls = tlsCert !== undefined && tlsKey !== undefined ? { cert: path.resolve(tlsCert), key: path.resolve(tlsKey) } : undefined;
  if (host !== undefined && !isLoopback(host) && !tls)
    tell('Without a certificate (--tls-cert, --tls-key) keys and answers cross the network unencrypted.');
  return {
    auth,
    host,
    names: names?.split(',').filter(Boolean),
    tls,
    async remember() {
      if (security.auth() !== auth) await security.setAuth(auth, 'recsmith serve');
    },
  };
}
