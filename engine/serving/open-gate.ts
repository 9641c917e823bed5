import type { Identity } from '#contract/api/route';
import type { Gate } from './gate.ts';

const everybody: Identity = { name: 'open', role: 'admin', keyId: null };

/** Asks nobody for a key: for a server that only programs of this machine reach. */
export const openGate: Gate = { identify: () => everybody, admit: () => undefined };
