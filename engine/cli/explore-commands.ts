import { EngineError } from '#contract/errors';
import { type Explored, type ExplorePanel, explorePanels } from '#contract/explore';
import type { Command } from './command.ts';
import { formatTable } from './terminal.ts';

const most = 12;

function panelText({ panel, columns, rows, facts, sampled }: Explored): string {
  const cell = (value: unknown): string =>
    value === null ? '' : typeof value === 'number' && !Number.isInteger(value) ? value.toPrecision(4) : String(value);
  const table = formatTable([columns, ...rows.slice(0, most).map((row) => row.map(cell))]);
  const single = Object.entries(facts)
    .filter(([name, value]) => name !== 'items' && typeof value !== 'boolean')
    .map(([name, value]) => `${name} ${cell(value)}`);
  const notes = [
    ...(rows.length > most ? [`${most} of ${rows.length} rows`] : []),
    ...(sampled === null ? [] : [`of ${(100 * sampled).toFixed(1)} % of the users`]),
    ...single,
  ];
  return `${panel}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}\n${table}`;
}

export const exploreCommands: Command[] = [
  {
    name: 'explore',
    usage: 'W [--panel P]',
    summary: 'What the interactions look like: over time, popularity, activity, sessions, cold start, cohorts, items together',
    positionals: [1, 1],
    flags: {
      panel: { kind: 'text', help: `one of ${explorePanels.join(', ')}; all where none is named` },
      from: { kind: 'text', help: 'from this moment on (2024-01-31T00:00:00Z)' },
      to: { kind: 'text', help: 'before this moment' },
      'event-types': { kind: 'text', help: 'only these event types, with commas' },
      sql: { kind: 'switch', help: 'print the statements instead' },
    },
    async run({ session, positionals, flags }) {
      await session.call('workspace.open', { path: positionals[0] as string });
      const { panel, from, to, eventTypes, sql } = flags as {
        panel?: string;
        from?: string;
        to?: string;
        eventTypes?: string;
        sql?: boolean;
      };
      const chosen = panel === undefined ? explorePanels : explorePanels.filter((name) => name === panel);
      if (chosen.length === 0)
        throw new EngineError('invalid_input', `“${panel}” is no panel. The panels are ${explorePanels.join(', ')}.`, { flag: 'panel' });
      const filter = { ...(from ? { from } : {}), ...(to ? { to } : {}), ...(eventTypes ? { eventTypes: eventTypes.split(',') } : {}) };
      const found: Explored[] = [];
      for (const name of chosen as ExplorePanel[]) found.push(await session.call('explore.panel', { panel: name, filter }));
      const text = sql ? found.map((one) => `-- ${one.panel}\n${one.sql};`) : found.map(panelText);
      return { json: found, text: text.join('\n\n') };
    },
  },
];
