import { EngineError, reportOf } from '#contract/errors';
import { isLoopback } from '#contract/loopback';
import type { AuditFact } from '../../security/audit-log.ts';
import { openSecurity, type Security } from '../../security/security.ts';
import type { Gate } from '../gate.ts';
import { openGate } from '../open-gate.ts';
import { createKeyGate } from './key-gate.ts';
import { createLimits, type Limits } from './limits.ts';
import { createRefusalNotes, type Refusal } from './refusals.ts';

/** Who may ask a server: open for all of this machine, or for those with a key. */
export interface ServerAuth {
  readonly gate: Gate;
  readonly limits: Pick<Limits, 'pace'>;
  /** What to throw where a key or token does not hold: `unauthorized`, or `too_many` where that has happened often. It leaves a trace. */
  failed(address: string, target: string, words: string): EngineError;
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

interface ServerAuthOptions {
  securityFolder: string | null;
  auth: boolean;
  host: string;
  /** Counts who is refused. */
  onRefused?(reason: Refusal): void;
}

/** Opens the gate of a server, with or without keys. */
export async function openServerAuth(options: ServerAuthOptions): Promise<ServerAuth> {
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
  const record = async (fact: AuditFact): Promise<void> => {
    const entry = known?.audit.append(fact);
    recorded = Promise.allSettled([recorded, entry]);
    await entry;
  };
  const refusals = createRefusalNotes({
    count: (reason) => options.onRefused?.(reason),
    write: (fact) => void record(fact).catch((error: unknown) => process.stderr.write(`${reportOf(error).message}\n`)),
  });
  const failed: ServerAuth['failed'] = (address, target, words) => {
    refusals.note('wrong_key', address, { actor: address, target, outcome: 'the key or token does not hold' });
    return limits.failed(address, words);
  };
  const set = async (on: boolean): Promise<void> => {
    if (!on) {
      if (!isLoopback(host)) throw new EngineError('forbidden', `Keys cannot be switched off while other machines reach ${host}.`);
      gate = openGate;
      return;
    }
    keyGate ??= createKeyGate({ security: security(), secret: await security().secret(), limits, failed, refusals });
    gate = keyGate;
  };
  if (options.auth) await set(true);

  return {
    gate: { identify: (request, route) => gate.identify(request, route), admit: (identity, route) => gate.admit(identity, route) },
    limits,
    failed,
    on: () => gate !== openGate,
    set,
    security,
    record: (actor, action, target, outcome) => record({ actor, action, target, outcome }),
    async close() {
      // A client that is gone does not wait for its entry; it is written all the same.
      await recorded;
      await known?.close();
    },
  };
}
