import type { DataProfile, GenerateInput, GenerateResult, ImportRequest, ImportResult } from '#contract/data';
import type { Command } from './command.ts';
import { formatDuration, formatNumber, formatTable } from './terminal.ts';

function importText(result: ImportResult): string {
  const rows = result.files.map((file) => [
    file.path,
    file.entity,
    ...[file.rowsRead, file.accepted, file.rejected, file.duplicates].map(formatNumber),
    file.unchanged ? 'unchanged' : `${formatNumber(Math.round(file.rowsPerSecond))}/s`,
  ]);
  return formatTable([['file', 'as', 'read', 'accepted', 'rejected', 'duplicates', 'rows/s'], ...rows]);
}

function profileText(profile: DataProfile): string {
  const facts = [
    `${formatNumber(profile.interactions)} interactions of ${formatNumber(profile.users)} users with ${formatNumber(profile.items)} items`,
    `density ${(100 * profile.density).toFixed(3)} %, Gini of items ${profile.itemGini.toFixed(3)}`,
    `from ${profile.firstAt ?? 'unknown'} to ${profile.lastAt ?? 'unknown'}`,
  ];
  const types = formatTable([
    ['event type', 'count', 'weight'],
    ...profile.eventTypes.map((row) => [row.type, formatNumber(row.count), String(row.weight)]),
  ]);
  const columns = formatTable([
    ['column', 'type', 'missing', 'distinct', 'from', 'to'],
    ...profile.columns.map((row) => [
      `${row.table}.${row.column}`,
      row.type,
      formatNumber(row.missing),
      formatNumber(row.distinct),
      (row.min ?? '').slice(0, 24),
      (row.max ?? '').slice(0, 24),
    ]),
  ]);
  return [facts.join('\n'), types, columns].join('\n\n');
}

export const dataCommands: Command[] = [
  {
    name: 'generate',
    usage: '--out DIR',
    summary: 'Write deterministic sample data with its oracle',
    positionals: [0, 0],
    flags: {
      users: { kind: 'integer', help: 'how many users (1000)' },
      items: { kind: 'integer', help: 'how many items (500)' },
      events: { kind: 'integer', help: 'how many events (10000)' },
      seed: { kind: 'integer', help: 'the same seed gives the same bytes (42)' },
      preset: { kind: 'text', help: 'plain, news, shop, video or learning (plain)' },
      format: { kind: 'text', help: 'csv, or parquet for large data (csv)' },
      out: { kind: 'text', help: 'the folder to write', required: true },
    },
    async run({ session, flags }) {
      const result = await session.work<GenerateResult>('data.generate', flags as unknown as GenerateInput);
      const oracle = Object.entries(result.oracle).map(([name, value]) => `${name} ${value.toFixed(4)}`);
      const text = `${formatNumber(result.events)} events of ${formatNumber(result.users)} users in ${result.out} (${formatDuration(result.seconds)})\noracle: ${oracle.join(', ')}`;
      return { json: result, text };
    },
  },
  {
    name: 'init',
    usage: 'W',
    summary: 'Make a workspace in a new or empty folder',
    positionals: [1, 1],
    flags: { name: { kind: 'text', help: 'its name (that of the folder)' } },
    async run({ session, positionals, flags }) {
      const summary = await session.call('workspace.create', { path: positionals[0] as string, ...(flags as { name?: string }) });
      return { json: summary, text: `Workspace ${summary.name} in ${summary.path}` };
    },
  },
  {
    name: 'import',
    usage: 'W PATH...',
    summary: 'Import files, folders, patterns or a database table into a workspace',
    positionals: [2, 1000],
    flags: {
      as: { kind: 'text', help: 'interactions, users or items, where it cannot be seen' },
      format: { kind: 'text', help: 'csv, json, jsonl, parquet, arrow, database, recbole, adjacency …, where it cannot be seen' },
      map: {
        kind: 'pairs',
        help: 'user=COL,item=COL,type=COL,value=COL,timestamp=COL,event=COL,session=COL; kept for files of the same columns',
      },
      weights: { kind: 'numberPairs', help: 'how much each event type counts: view=0.1,like=0.7' },
      earlier: { kind: 'text', help: 'what an earlier version of the same file brought in: keep or replace (keep)' },
      encoding: { kind: 'text', help: 'utf-8, utf-16le, utf-16be or latin1, where it cannot be seen' },
      delimiter: { kind: 'text', help: 'what stands between columns, where it cannot be seen' },
      table: { kind: 'text', help: 'the table of a DuckDB, SQLite or Postgres database' },
      'time-zone': { kind: 'text', help: 'zone of times that name none, such as Europe/Berlin (UTC)' },
    },
    async run({ session, positionals, flags }) {
      const [workspace, ...paths] = positionals as [string, ...string[]];
      await session.call('workspace.open', { path: workspace });
      const { 'time-zone': timeZone, ...rest } = flags;
      const result = await session.work<ImportResult>('data.import', {
        ...rest,
        paths,
        ...(timeZone ? { timeZone } : {}),
      } as ImportRequest);
      return { json: result, text: importText(result) };
    },
  },
  {
    name: 'undo',
    usage: 'W --import ID',
    summary: 'Take back an import: its rows, its rejects, and what it changed of users and items',
    positionals: [1, 1],
    flags: { import: { kind: 'text', help: 'such as import-3; imports lists them', required: true } },
    async run({ session, positionals, flags }) {
      await session.call('workspace.open', { path: positionals[0] as string });
      const undone = await session.call('data.undo', { importId: flags.import as string });
      const again =
        undone.incomplete.length > 0
          ? ` Rows in common with it are missing from ${undone.incomplete.join(', ')}: import those files again.`
          : '';
      return { json: undone, text: `${undone.importId} is undone: ${formatNumber(undone.interactions)} interactions taken out.${again}` };
    },
  },
  {
    name: 'imports',
    usage: 'W',
    summary: 'What was imported, newest first',
    positionals: [1, 1],
    flags: {},
    async run({ session, positionals }) {
      await session.call('workspace.open', { path: positionals[0] as string });
      const files = await session.call('data.imports', {});
      const rows = files.map((file) => [
        file.importId,
        file.path,
        file.entity,
        file.format,
        ...[file.accepted, file.rejected, file.duplicates].map(formatNumber),
      ]);
      return { json: files, text: formatTable([['import', 'file', 'as', 'format', 'accepted', 'rejected', 'duplicates'], ...rows]) };
    },
  },
  {
    name: 'profile',
    usage: 'W',
    summary: 'Counts, event types and columns of a workspace',
    positionals: [1, 1],
    flags: {},
    async run({ session, positionals }) {
      await session.call('workspace.open', { path: positionals[0] as string });
      const profile = await session.call('data.profile', {});
      return { json: profile, text: profileText(profile) };
    },
  },
];
