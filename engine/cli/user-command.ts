import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import type { Erased } from '#contract/user';
import type { Command } from './command.ts';
import { formatNumber } from './terminal.ts';

export const userCommand: Command = {
  name: 'user',
  usage: 'export|erase W --user ID',
  summary: "A user's data: export all that the workspace holds of them, or erase them from all of its files",
  positionals: [2, 2],
  flags: {
    user: { kind: 'text', help: 'the id of the user', required: true },
    out: { kind: 'text', help: 'of export: write the JSON to this file' },
  },
  async run({ session, positionals, flags }) {
    const [action, workspace] = positionals as [string, string];
    const { user, out } = flags as { user: string; out?: string };
    if (action !== 'export' && action !== 'erase')
      throw new EngineError('invalid_input', `user can export and erase, not "${action}": recsmith user export W --user ID.`);
    await session.call('workspace.open', { path: workspace });
    if (action === 'erase') {
      const erased = await session.work<Erased>('user.erase', { user });
      const { rows, lines, runs, bundles, datasets } = erased;
      const files = `${runs} runs, ${bundles} bundles and ${datasets} datasets`;
      return {
        json: erased,
        text: `Erased: ${formatNumber(rows)} rows and ${formatNumber(lines)} lines of the event log; ${files} were written anew.`,
      };
    }
    const exported = await session.call('user.export', { user });
    const text = JSON.stringify(exported, null, 2);
    if (out === undefined) return { json: exported, text };
    const file = path.resolve(out);
    await writeFile(file, `${text}\n`, { mode: 0o600 });
    const { interactions, attributes } = exported;
    const counts = { interactions: interactions.length, attributes: Object.keys(attributes).length };
    return {
      json: { out: file, ...counts },
      text: `${formatNumber(counts.interactions)} interactions and ${counts.attributes} attributes in ${file}`,
    };
  },
};
