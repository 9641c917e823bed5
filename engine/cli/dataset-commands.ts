import type { Dataset, DatasetRecipe, DatasetStep } from '#contract/dataset';
import type { Command } from './command.ts';
import { formatBytes, formatNumber, formatTable } from './terminal.ts';

const stepsText = (steps: readonly DatasetStep[]): string =>
  formatTable([
    ['step', 'removed', 'interactions', 'users', 'items', 'for example'],
    ...steps.map(({ step, removed, interactions, users, items, example }) => [
      step,
      ...[removed, interactions, users, items].map(formatNumber),
      example ?? '',
    ]),
  ]);

export const datasetCommands: Command[] = [
  {
    name: 'dataset',
    usage: 'W --name N',
    summary: 'Freeze a selection of the interactions under a name, or show what each step would take away',
    positionals: [1, 1],
    flags: {
      name: { kind: 'text', help: 'its name, for train --dataset' },
      preview: { kind: 'switch', help: 'only show what each step takes away' },
      from: { kind: 'text', help: 'from this day or moment on (2024-01-31, 2024-01-31T12:00:00Z)' },
      to: { kind: 'text', help: 'before this day or moment' },
      'event-types': { kind: 'text', help: 'only these event types, with commas' },
      'min-value': { kind: 'number', help: 'least value; interactions without one stay' },
      'most-per-day': { kind: 'integer', help: 'users with more on any day are robots and leave' },
      once: { kind: 'text', help: 'first or last: one interaction of each user and item' },
      'user-share': { kind: 'number', help: 'share of the users, drawn by --seed' },
      seed: { kind: 'integer', help: 'of that draw (42)' },
      'min-per-user': { kind: 'integer', help: 'k-core: least different items of a user' },
      'min-per-item': { kind: 'integer', help: 'k-core: least different users of an item' },
    },
    async run({ session, positionals, flags }) {
      await session.call('workspace.open', { path: positionals[0] as string });
      const { name, preview, eventTypes, ...rest } = flags as { name?: string; preview?: boolean; eventTypes?: string } & Record<
        string,
        unknown
      >;
      const recipe = { ...rest, ...(eventTypes ? { eventTypes: eventTypes.split(',') } : {}) } as unknown as DatasetRecipe;
      if (preview || name === undefined) {
        const steps = await session.work<DatasetStep[]>('dataset.preview', recipe);
        return { json: steps, text: stepsText(steps) };
      }
      const dataset = await session.work<Dataset>('dataset.create', { name, recipe });
      return {
        json: dataset,
        text: `${stepsText(dataset.steps)}\n\n${dataset.id}: ${dataset.name}, ${formatBytes(dataset.sizeBytes)}. Train on it with --dataset ${dataset.id}`,
      };
    },
  },
  {
    name: 'datasets',
    usage: 'W',
    summary: 'Frozen datasets of a workspace, newest first; --remove ID deletes one',
    positionals: [1, 1],
    flags: { remove: { kind: 'text', help: 'id of the dataset to delete' } },
    async run({ session, positionals, flags }) {
      await session.call('workspace.open', { path: positionals[0] as string });
      if (flags.remove) await session.call('dataset.remove', { id: flags.remove as string });
      const datasets = await session.call('dataset.list', {});
      const rows = datasets.map(({ id, name, counts, createdAt }) => [
        id,
        name,
        ...[counts.interactions, counts.users, counts.items].map(formatNumber),
        createdAt,
      ]);
      return { json: datasets, text: formatTable([['dataset', 'name', 'interactions', 'users', 'items', 'made'], ...rows]) };
    },
  },
];
