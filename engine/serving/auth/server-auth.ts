import { EngineError } from '#contract/errors';
import { isLoopback } from '#contract/loopback';
import { openSecurity, type Security } from '../../security/security.ts';
import type { Gate } from '../gate.ts';
import { openGate } from '../open-gate.ts';
import { createKeyGate } from './key-gate.ts';
import { createLimits, type Limits } from './limits.ts';

/** Who may ask a server: open for all of this machine, or for those with a key. */
export interface ServerAuth {
  readonly gate: Gate;
  readonly limits: Limits;
  on(): boolean;
  /** Asks for keys from now on, or no more. Throws `forbidden` where other machines would be let in without. */
  set(on: boolean): Promise<void>;
  /** Keys, tokens and the audit log. Throws `unavailable` where the server was given no folder for them. */
  security(): Security;
  /** Writes to the audit log, where there is one. */
  record(actor: string, action: string, target: string, outcome: string): Promise<void>;
  close(): Promise<void>;
}

const noFolder =
  'This server has no folder for keys and its audit log, so it cannot ask for keys. Serve a workspace or a bundle with recsmith serve.';

/** Opens the gate of a server, with or without keys. */
export async function openServerAuth(options: { securityFolder: string | null; auth: boolean; host: string }): Promise<ServerAuth> {
  const { securityFolder, host } = options;
  const known = securityFolder === null ? null : openSecurity(securityFolder);
  const limits = createLimits();
  let recorded: Promise<unknown> = Promise.resolve();
  let keyGate: Gate | null = null;
  let gate = openGate;

  const security = (): Security => {
    if (known) return known;
    throw new EngineError('unavailable', noFolder);
  };
  const set = async (on: boolean): Promise<void> => {
    if (!on) {
      if (!isLoopback(host)) throw new EngineError('forbidden', `Keys cannot be switched off while other machines reach ${host}.`);
      gate = openGate;
      return;
    }
    keyGate ??= createKeyGate(security(), await security().secret(), limits);
    gate = keyGate;
  };
  if (options.auth) await set(true);

  return {
    gate: { identify: (request, route) => gate.identify(request, route), admit: (identity, route) => gate.admit(identity, route) },
    limits,
    on: () => gate !== openGate,
    set,
    security,
    async record(actor, action, target, outcome) {
      const entry = known?.audit.append({ actor, action, target, outcome });
      recorded = Promise.allSettled([recorded, entry]);
      await entry;
    },
    async close() {
      // A client that is gone does not wait for its entry; it is written all the same.
      await recorded;
      await known?.close();
    },
  };
}
