import type { ModelInfo } from '#contract/model';
import type { Run } from '#contract/run';
import type { RecentWorkspace } from '#contract/workspace';
import { formatMoment } from '../format/time.ts';

/** One line of the palette. `run` is looked up by id, so that the list itself is plain data. */
export interface PaletteEntry {
  id: string;
  group: 'View' | 'Command' | 'Model' | 'Run' | 'Workspace';
  label: string;
  hint?: string;
}

/** What can be reached by name besides views and commands. */
export interface PaletteObjects {
  models: readonly ModelInfo[];
  runs: readonly Run[];
  recent: readonly RecentWorkspace[];
}

export function objectEntries({ models, runs, recent }: PaletteObjects): PaletteEntry[] {
  return [
    ...models.map((model): PaletteEntry => ({ id: `model ${model.id}`, group: 'Model', label: model.label, hint: model.role })),
    ...runs.map(
      (run): PaletteEntry => ({ id: `run ${run.id}`, group: 'Run', label: `${run.label} · ${run.id}`, hint: formatMoment(run.createdAt) }),
    ),
    ...recent
      .filter((entry) => entry.exists)
      .map((entry): PaletteEntry => ({ id: `workspace ${entry.path}`, group: 'Workspace', label: entry.name, hint: entry.path })),
  ];
}

/** Letters of the query in order, gaps allowed; lower is closer, undefined is no match. */
export function fuzzyDistance(query: string, text: string): number | undefined {
  const needle = query.toLowerCase().replaceAll(' ', '');
  const hay = text.toLowerCase();
  let at = -1;
  let gaps = 0;
  for (const letter of needle) {
    const next = hay.indexOf(letter, at + 1);
    if (next < 0) return undefined;
    if (at >= 0) gaps += next - at - 1;
    else gaps += next;
    at = next;
  }
  return gaps;
}

/** The entries that match, the closest first; with an empty query all but the objects. */
export function filterEntries(query: string, entries: readonly PaletteEntry[]): PaletteEntry[] {
  if (query.trim() === '') return entries.filter((entry) => entry.group === 'View' || entry.group === 'Command');
  return entries
    .map((entry, order) => ({ entry, order, distance: fuzzyDistance(query, entry.label) }))
    .filter((match): match is typeof match & { distance: number } => match.distance !== undefined)
    .sort((a, b) => a.distance - b.distance || a.order - b.order)
    .slice(0, 30)
    .map((match) => match.entry);
}
