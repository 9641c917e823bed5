import type { AdminCall } from '#contract/child-messages';
import { EngineError } from '#contract/errors';
import type { ServerAuth } from '../auth/server-auth.ts';
import type { Service } from '../service.ts';

/** What every handler works with. */
export interface HandlerContext {
  service: Service;
  /** Of Recsmith. */
  version: string;
  /** Who may ask. */
  auth: ServerAuth;
  /** Asks the engine; null where the server has none. */
  callEngine: ((call: AdminCall) => Promise<unknown>) | null;
  /** Words for whoever asks, who is told of no folder of this machine. */
  hide(text: string): string;
}

/** Asks the engine. Throws `unsupported` where there is none. */
export function askEngine({ callEngine }: HandlerContext, call: AdminCall): Promise<unknown> {
  if (callEngine) return callEngine(call);
  throw new EngineError(
    'unsupported',
    'This server serves a bundle alone and has no workspace to work in. Serve a workspace instead: recsmith serve WORKSPACE.',
  );
}
