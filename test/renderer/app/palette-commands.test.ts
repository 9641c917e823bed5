import { expect, test } from 'vitest';
import { filterEntries, fuzzyDistance, objectEntries, type PaletteEntry } from '../../../renderer/app/palette-commands.ts';
import { models, recent, runs } from '../../support/fake-data.ts';

const entries: PaletteEntry[] = [
  { id: 'view data', group: 'View', label: 'Data' },
  { id: 'command build', group: 'Command', label: 'Build recommender' },
  { id: 'model two-tower', group: 'Model', label: 'Two-tower' },
];

test('letters match in order with gaps, and the closest comes first', () => {
  expect(fuzzyDistance('brec', 'Build recommender')).toBe(5);
  expect(fuzzyDistance('ceb', 'Build recommender')).toBeUndefined();
  expect(filterEntries('d', entries).map((entry) => entry.label)).toEqual(['Data', 'Build recommender']);
});

test('before one types, views and commands are listed; objects are found by name', () => {
  expect(filterEntries(' ', entries).map((entry) => entry.group)).toEqual(['View', 'Command']);
  expect(filterEntries('tower', entries).map((entry) => entry.id)).toEqual(['model two-tower']);
});

test('models, runs and workspaces that still exist can be reached by name', () => {
  const objects = objectEntries({ models, runs, recent });
  expect(objects.filter((entry) => entry.group === 'Workspace').map((entry) => entry.label)).toEqual(['sample', 'movielens']);
  expect(objects.filter((entry) => entry.group === 'Run')).toHaveLength(3);
});
