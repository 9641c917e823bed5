import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { Explored, type ExploreFilter, type ExplorePanel } from '#contract/explore';
import type { HandlersOf } from '#contract/operations';
import { Explorer } from '../data/explore/explorer.ts';
import { writeAtomic } from '../files/atomic.ts';
import { layout } from '../workspace/layout.ts';
import { type EngineContext, requireSession } from './engine-context.ts';

/** Looks by state of the data, filter and panel. */
const Kept = z.record(z.string(), Explored);
const mostKept = 60;

const explorers = new WeakMap<object, Explorer>();

/** Ends the explorer of a workspace that is left. */
export async function endExplorer(session: object | null): Promise<void> {
  const found = session ? explorers.get(session) : undefined;
  if (session) explorers.delete(session);
  await found?.end();
}

/** Forgets what was looked at: for changes that leave the number of rows as it is. */
export async function forgetExplored(context: EngineContext): Promise<void> {
  const session = requireSession(context);
  await endExplorer(session);
  await rm(layout.explored(session.workspace.path), { force: true });
}

async function readKept(workspace: string): Promise<z.infer<typeof Kept>> {
  const text = await readFile(layout.explored(workspace), 'utf8').catch(() => '{}');
  try {
    return Kept.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

export function exploreHandlers(context: EngineContext): HandlersOf<'explore'> {
  let writing: Promise<void> = Promise.resolve();
  const keep = (workspace: string, key: string, explored: Explored): void => {
    writing = writing
      .then(async () => {
        const { [key]: _, ...others } = await readKept(workspace);
        const entries = Object.entries({ ...others, [key]: explored }).slice(-mostKept);
        await writeAtomic(layout.explored(workspace), JSON.stringify(Object.fromEntries(entries)));
      })
      .catch(() => undefined);
  };
  const look = async (panel: ExplorePanel, filter: ExploreFilter): Promise<Explored> => {
    const session = requireSession(context);
    let explorer = explorers.get(session);
    if (!explorer) {
      explorer = new Explorer(session.database);
      explorers.set(session, explorer);
    }
    const key = JSON.stringify([await explorer.state(), filter, panel]);
    await writing;
    const known = (await readKept(session.workspace.path))[key];
    if (known) return known;
    const explored = await explorer.panel(panel, filter);
    keep(session.workspace.path, key, explored);
    return explored;
  };
  return { 'explore.panel': ({ panel, filter }) => look(panel, filter) };
}
