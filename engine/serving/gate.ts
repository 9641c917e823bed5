import type { IncomingMessage } from 'node:http';
import type { Identity, Route } from '#contract/api/route';

/** Finds out who asks, and whether they may. */
export interface Gate {
  /** Throws `unauthorized` where a key is asked for and none that holds was sent, `too_many` where its requests come too fast. */
  identify(request: IncomingMessage, route: Route): Identity;
  /** Throws `forbidden` where this identity may not call the route. */
  admit(identity: Identity, route: Route): void;
}
