import path from 'node:path';
import { EngineError } from '#contract/errors';
import type { Command } from './command.ts';
import { formatNumber, formatTable } from './terminal.ts';

export const sqlCommands: Command[] = [
  {
    name: 'sql',
    usage: "W 'SELECT …'",
    summary: 'Run one statement over a workspace: reads unless --unlocked, and never files or the network',
    positionals: [2, 2],
    flags: {
      limit: { kind: 'integer', help: 'rows to print, up to 1000 (50)' },
      out: { kind: 'text', help: 'write all rows to this .csv, .tsv or .parquet file' },
      unlocked: { kind: 'switch', help: 'let INSERT, UPDATE, DELETE, CREATE … AS and DROP through' },
    },
    async run({ session, positionals, flags }) {
      const [workspace, sql] = positionals as [string, string];
      const { limit = 50, out, unlocked = false } = flags as { limit?: number; out?: string; unlocked?: boolean };
      if (limit < 1 || limit > 1000)
        throw new EngineError('invalid_input', '--limit is from 1 to 1000; --out writes all rows.', { flag: 'limit' });
      await session.call('workspace.open', { path: workspace });
      const outcome = await session.call('sql.run', { sql, unlocked });
      if (outcome.kind === 'done') return { json: outcome, text: `${outcome.label}: ${formatNumber(outcome.changed)} rows` };
      if (out !== undefined) {
        const written = await session.work<{ path: string; rows: number }>('sql.export', { id: outcome.id, path: path.resolve(out) });
        return { json: written, text: `${formatNumber(written.rows)} rows in ${written.path}` };
      }
      const { rows } = await session.call('sql.window', { id: outcome.id, offset: 0, limit });
      const names = outcome.columns.map(({ name }) => name);
      const table = formatTable([names, ...rows.map((row) => row.map((cell) => (cell === null ? '' : String(cell))))]);
      const more =
        outcome.rows > rows.length ? `\n${formatNumber(rows.length)} of ${formatNumber(outcome.rows)} rows; --out FILE.csv writes all` : '';
      return { json: { columns: outcome.columns, rows, total: outcome.rows }, text: `${table}${more}` };
    },
  },
];
