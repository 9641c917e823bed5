interface Head {
  status: number;
  headers: Record<string, string>;
}

export interface WholeReply extends Head {
  body: string | Uint8Array;
}

/** Parts of a text that are sent as they are made. */
export interface PartsReply extends Head {
  body: Iterable<string>;
}

/** What goes out. */
export type Reply = WholeReply | PartsReply;

export const isWhole = (reply: Reply): reply is WholeReply => typeof reply.body === 'string' || reply.body instanceof Uint8Array;

/** On every answer: not to be guessed at, not to be kept, not to be used by another page. */
export const commonHeaders = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;
