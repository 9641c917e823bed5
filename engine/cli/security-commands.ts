import { existsSync } from 'node:fs';
import path from 'node:path';
import { type ApiKeyInfo, NewApiKey } from '#contract/api/admin-routes';
import { EngineError } from '#contract/errors';
import { explainIssues } from '#contract/issue-words';
import { openSecurity, type Security } from '../security/security.ts';
import { layout } from '../workspace/layout.ts';
import type { Command, CommandContext } from './command.ts';
import { bundleSecurityFolder, isBundle } from './serve-folder.ts';
import { tell } from './terminal.ts';

/** The folder with the keys of a workspace or of a bundle that is served by itself. */
export function securityFolderOf(target: string): string {
  const folder = path.resolve(target);
  if (isBundle(folder)) return bundleSecurityFolder(folder);
  if (existsSync(layout.manifest(folder))) return layout.serverSecurity(folder);
  throw new EngineError('not_found', `${folder} is neither a workspace nor a bundle.`);
}

const actor = 'recsmith keys';

function keyLine({ id, name, role, rate_limit: rate, last_used_at: used, revoked_at: revoked }: ApiKeyInfo): string {
  const state = revoked ? `revoked ${revoked}` : used ? `last used ${used}` : 'not used yet';
  return `${id}  ${role.padEnd(7)}  ${rate === null ? 'no limit' : `${rate}/s`}  ${state}  ${name}`;
}

async function list(security: Security): Promise<{ json: unknown; text: string }> {
  const keys = security.keys.list();
  const asked = security.auth() ? 'Keys are asked for.' : 'Keys are not asked for: recsmith serve --auth does.';
  return { json: { auth: security.auth(), keys }, text: [asked, ...keys.map(keyLine)].join('\n') };
}

async function create(security: Security, { flags }: CommandContext): Promise<{ json: unknown; text: string }> {
  const given = {
    name: flags.name,
    ...(flags.role ? { role: flags.role } : {}),
    ...(flags.rateLimit ? { rate_limit: flags.rateLimit } : {}),
  };
  const input = NewApiKey.safeParse(given);
  if (!input.success) throw new EngineError('invalid_input', `${explainIssues(input.error, given, 'the key').sentence}.`);
  const made = await security.createKey(input.data, actor);
  tell('The key is shown once; keep it where only its program reads it.');
  return { json: made, text: made.api_key };
}

async function revoke(security: Security, { positionals }: CommandContext): Promise<{ json: unknown; text: string }> {
  const id = positionals[2];
  if (id === undefined) throw new EngineError('invalid_input', 'Which key? recsmith keys W revoke ID; recsmith keys W list shows the ids.');
  const ended = await security.revokeKey(id, actor);
  return { json: ended, text: `${ended.id} (${ended.name}) is revoked, with all tokens that were given for it.` };
}

const actions: Record<string, (security: Security, context: CommandContext) => Promise<{ json: unknown; text: string }>> = {
  list,
  create,
  revoke,
};

export const securityCommands: Command[] = [
  {
    name: 'keys',
    usage: 'W|BUNDLE list|create|revoke [ID]',
    summary: 'API keys of a server: list, create --name N [--role R] [--rate-limit N], revoke ID; a running server follows at once',
    positionals: [1, 3],
    flags: {
      name: { kind: 'text', help: 'who uses the new key' },
      role: { kind: 'text', help: 'viewer (default), service or admin' },
      'rate-limit': { kind: 'number', help: 'requests a second (no limit)' },
    },
    async run(context) {
      const [target = '', action = 'list'] = context.positionals;
      const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
      if (!act) throw new EngineError('invalid_input', `keys can list, create and revoke, not "${action}".`);
      return act(openSecurity(securityFolderOf(target)), context);
    },
  },
];
