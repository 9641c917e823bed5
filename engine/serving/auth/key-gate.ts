import type { IncomingMessage } from 'node:http';
import type { ApiKeyInfo } from '#contract/api/admin-routes';
import type { Identity, Role, Route } from '#contract/api/route';
import { EngineError } from '#contract/errors';
import type { Security } from '../../security/security.ts';
import { readToken } from '../../security/token.ts';
import type { Gate } from '../gate.ts';
import type { Limits } from './limits.ts';
import type { RefusalNotes } from './refusals.ts';

const rank: Record<Role, number> = { viewer: 0, service: 1, admin: 2 };

/** Calls what needs no key. */
const nobody: Identity = { name: 'anonymous', role: 'viewer', keyId: null };
/** The engine that started the server: its window, its command line. */
const engine: Identity = { name: 'engine', role: 'admin', keyId: null };

const notHolding =
  'The key or token does not hold: it is not known here, has expired, or was revoked. Send another one, or ask an admin for one.';

/** The key or token of a request; null where none was sent. Throws `unauthorized` where two were. */
function credentialOf({ headersDistinct }: IncomingMessage): string | null {
  const bearer = headersDistinct.authorization ?? [];
  const keys = headersDistinct['x-api-key'] ?? [];
  if (bearer.length + keys.length === 0) return null;
  if (bearer.length + keys.length > 1)
    throw new EngineError('unauthorized', 'Several keys were sent. Send one, as Authorization: Bearer KEY.');
  if (keys[0] !== undefined) return keys[0];
  const [, token] = /^Bearer +(\S+)$/i.exec(bearer[0] ?? '') ?? [];
  if (token === undefined)
    throw new EngineError('unauthorized', 'The Authorization header is not read. Write it as Authorization: Bearer KEY.');
  return token;
}

/** Whoever sends a key or token that holds; null where it does not. */
type Known = { identity: Identity; key: ApiKeyInfo | null } | null;

export interface KeyGateParts {
  security: Security;
  secret: Uint8Array;
  limits: Limits;
  /** Leaves a trace of a key that does not hold, and gives what to throw. */
  failed(address: string, target: string, words: string): EngineError;
  refusals: RefusalNotes;
}

/** Asks for a key or a token on every route that does not say it is for anyone. */
export function createKeyGate({ security: { keys, lines }, secret, limits, failed, refusals }: KeyGateParts): Gate {
  const identityOf = ({ name, role, id }: ApiKeyInfo): Identity => ({ name, role, keyId: id });

  const ofToken = (token: string): Known => {
    const claims = readToken(secret, token, 'access');
    if (!claims) return null;
    if (claims.key === null) return claims.role === 'admin' && claims.line === null ? { identity: engine, key: null } : null;
    const key = keys.live(claims.key);
    return key && key.role === claims.role && lines.alive(claims.line) ? { identity: identityOf(key), key } : null;
  };
  const ofKey = (text: string): Known => {
    const key = keys.verify(text);
    return key && { identity: identityOf(key), key };
  };

  return {
    identify(request, route) {
      if (route.role === 'anyone') return nobody;
      const credential = credentialOf(request);
      if (credential === null) {
        refusals.count('no_key');
        throw new EngineError('unauthorized', 'This server asks for a key. Send one as Authorization: Bearer KEY, or as X-API-Key: KEY.');
      }
      const known = credential.includes('.') ? ofToken(credential) : ofKey(credential);
      if (!known) throw failed(request.socket.remoteAddress ?? '', `${route.method} ${route.path}`, notHolding);
      if (known.key) {
        limits.admit(known.key, request.socket);
        keys.used(known.key.id);
      }
      return known.identity;
    },
    admit(identity, { role, method, path }: Route) {
      if (role === 'anyone' || rank[identity.role] >= rank[role]) return;
      const actor = `${identity.name} (${identity.keyId})`;
      refusals.note('role', actor, {
        actor,
        target: `${method} ${path}`,
        outcome: `needs the role ${role}; this key is a ${identity.role}`,
      });
      throw new EngineError(
        'forbidden',
        `This needs the role ${role}; the key ${JSON.stringify(identity.name)} has the role ${identity.role}.`,
      );
    },
  };
}
