import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ApiKeyInfo, type NewApiKey } from '#contract/api/admin-routes';
import { EngineError } from '#contract/errors';
import type { SecretFolder } from './secret-folder.ts';
import { sharedFile } from './shared-file.ts';

/** As it lies on the disk: the key itself is nowhere. */
const StoredKey = ApiKeyInfo.extend({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });
type StoredKey = z.infer<typeof StoredKey>;

/** A public id to know a key by, and 256 random bits. */
const keyForm = /^rsk_([a-z2-7]{8})_[A-Za-z0-9_-]{43}$/;
const idLetters = 'abcdefghijklmnopqrstuvwxyz234567';

/** Times of use are written this often at most: the file is no log. */
const writeUseEveryMs = 60_000;

export interface ApiKeys {
  /** Newest first, revoked ones too. */
  list(): ApiKeyInfo[];
  /** The key's facts; null for what is no key of here, or one that was revoked. */
  verify(key: string): ApiKeyInfo | null;
  /** A key that is not revoked, by its public id. */
  live(id: string): ApiKeyInfo | null;
  create(input: z.output<typeof NewApiKey>): Promise<ApiKeyInfo & { api_key: string }>;
  /** Throws `not_found`. Revoking twice is harmless. */
  revoke(id: string): Promise<ApiKeyInfo>;
  /** A key was used just now. */
  used(id: string): void;
  /** Writes what is not yet written of the times of use. */
  close(): Promise<void>;
}

/** The file is read and written whole. */
const mostLive = 1000;
const mostRevoked = 1000;

/** Without the keys that were made first of those that are revoked, where there are too many of them. */
function withoutOldest(keys: StoredKey[]): StoredKey[] {
  let toDrop = keys.filter(({ revoked_at }) => revoked_at !== null).length - mostRevoked;
  return toDrop <= 0 ? keys : keys.filter(({ revoked_at }) => revoked_at === null || --toDrop < 0);
}

const digest = (key: string): Buffer => createHash('sha256').update(key).digest();
const newId = (): string => [...randomBytes(8)].map((byte) => idLetters[byte & 31]).join('');
const infoOf = ({ sha256: _, ...info }: StoredKey): ApiKeyInfo => info;

/** The API keys of a folder. A key is shown when it is made; what is kept of it is its SHA-256. */
export function openApiKeys(folder: SecretFolder): ApiKeys {
  const file = sharedFile(folder, 'keys.json', z.array(StoredKey), []);
  let uses = new Map<string, string>();
  let wroteMs = performance.now();
  let writing: Promise<void> = Promise.resolve();
  let byId = new Map<string, StoredKey>();
  let indexed: StoredKey[] | null = null;

  const find = (id: string): StoredKey | undefined => {
    const keys = file.read();
    if (keys !== indexed) {
      byId = new Map(keys.map((key) => [key.id, key]));
      indexed = keys;
    }
    return byId.get(id);
  };
  const withUse = (key: StoredKey): ApiKeyInfo => ({ ...infoOf(key), last_used_at: uses.get(key.id) ?? key.last_used_at });

  const writeUses = (): Promise<void> => {
    const seen = uses;
    if (seen.size === 0) return writing;
    wroteMs = performance.now();
    // A time of use that cannot be written is no reason to refuse anybody.
    writing = file
      .update((keys) => ({ value: keys.map((key) => ({ ...key, last_used_at: seen.get(key.id) ?? key.last_used_at })), result: undefined }))
      .then(() => {
        if (uses === seen) uses = new Map();
      })
      .catch(() => undefined);
    return writing;
  };

  return {
    list: () => file.read().map(withUse).reverse(),
    verify(key) {
      const id = keyForm.exec(key)?.[1];
      if (id === undefined) return null;
      const stored = find(id);
      if (!stored || stored.revoked_at !== null) return null;
      return timingSafeEqual(digest(key), Buffer.from(stored.sha256, 'hex')) ? infoOf(stored) : null;
    },
    live(id) {
      const stored = find(id);
      return stored && stored.revoked_at === null ? infoOf(stored) : null;
    },
    create: (input) =>
      file.update((keys) => {
        const live = keys.filter(({ revoked_at }) => revoked_at === null).length;
        if (live >= mostLive)
          throw new EngineError('conflict', `There are ${live} keys, which is as many as there may be. Revoke some first.`);
        let id = newId();
        while (keys.some((key) => key.id === id)) id = newId();
        const key = `rsk_${id}_${randomBytes(32).toString('base64url')}`;
        const stored = { id, ...input, created_at: new Date().toISOString(), last_used_at: null, revoked_at: null };
        return { value: [...withoutOldest(keys), { ...stored, sha256: digest(key).toString('hex') }], result: { ...stored, api_key: key } };
      }),
    revoke: (id) =>
      file.update((keys) => {
        const stored = keys.find((key) => key.id === id);
        if (!stored) throw new EngineError('not_found', `There is no API key ${JSON.stringify(id)}. List the keys to see their ids.`);
        const revoked = { ...stored, revoked_at: stored.revoked_at ?? new Date().toISOString() };
        return { value: keys.map((key) => (key.id === id ? revoked : key)), result: infoOf(revoked) };
      }),
    used(id) {
      uses.set(id, new Date().toISOString());
      if (performance.now() - wroteMs > writeUseEveryMs) void writeUses();
    },
    async close() {
      await writing;
      await writeUses();
    },
  };
}
