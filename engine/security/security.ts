import { z } from 'zod';
import type { ApiKeyInfo, NewApiKey } from '#contract/api/admin-routes';
import { type ApiKeys, openApiKeys } from './api-keys.ts';
import { type AuditLog, openAuditLog } from './audit-log.ts';
import { secretFolder } from './secret-folder.ts';
import { sharedFile } from './shared-file.ts';
import { signingSecret } from './signing-secret.ts';
import { issueToken } from './token.ts';
import { openTokenLines, type TokenLines } from './token-lines.ts';

/** The engine's own token holds for one request, and for clocks that differ. */
const ownTokenSeconds = 60;

/** All that a folder holds of who may ask a server: keys, tokens, the choice to ask for them, and the log of who changed what. */
export interface Security {
  readonly keys: Omit<ApiKeys, 'create' | 'revoke'>;
  readonly lines: TokenLines;
  readonly audit: AuditLog;
  /** Whether keys are asked for. */
  auth(): boolean;
  /** The changes, each with its entry in the audit log. */
  setAuth(on: boolean, actor: string): Promise<void>;
  createKey(input: z.output<typeof NewApiKey>, actor: string): Promise<ApiKeyInfo & { api_key: string }>;
  revokeKey(id: string, actor: string): Promise<ApiKeyInfo>;
  /** What tokens are signed with. */
  secret(): Promise<Buffer>;
  /** A token of the engine's own, for requests that the window makes. */
  ownToken(): Promise<string>;
  close(): Promise<void>;
}

const Settings = z.strictObject({ auth: z.boolean() });

/** Opens a folder of keys; it is made at the first change. */
export function openSecurity(path: string): Security {
  const folder = secretFolder(path);
  const keys = openApiKeys(folder);
  const audit = openAuditLog(folder);
  const settings = sharedFile(folder, 'settings.json', Settings, { auth: false });
  let secret: Promise<Buffer> | null = null;
  const getSecret = (): Promise<Buffer> => {
    secret ??= signingSecret(folder).catch((error: unknown) => {
      secret = null;
      throw error;
    });
    return secret;
  };
  return {
    keys,
    lines: openTokenLines(folder),
    audit,
    auth: () => settings.read().auth,
    async setAuth(on, actor) {
      await settings.update(() => ({ value: { auth: on }, result: undefined }));
      await audit.append({ actor, action: 'auth', target: 'server', outcome: on ? 'on' : 'off' });
    },
    async createKey(input, actor) {
      const made = await keys.create(input);
      await audit.append({ actor, action: 'createKey', target: made.id, outcome: `${made.role} ${JSON.stringify(made.name)}` });
      return made;
    },
    async revokeKey(id, actor) {
      const info = await keys.revoke(id);
      await audit.append({ actor, action: 'revokeKey', target: id, outcome: 'revoked' });
      return info;
    },
    secret: getSecret,
    async ownToken() {
      const own = { purpose: 'access', role: 'admin', key: null, line: null, lifeSeconds: ownTokenSeconds } as const;
      return issueToken(await getSecret(), own).token;
    },
    close: () => keys.close(),
  };
}
