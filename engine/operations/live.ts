import path from 'node:path';
import type { HandlersOf } from '#contract/operations';
import { LiveSources } from '../data/live/live-sources.ts';
import { type EngineContext, requireSession } from './engine-context.ts';

/** Views ask again no more often than this while rows come in. */
const tellEveryMs = 2000;

const all = new WeakMap<object, LiveSources>();

/** Stops the live sources of a workspace that is left. */
export async function endLive(session: object | null): Promise<void> {
  const found = session ? all.get(session) : undefined;
  if (session) all.delete(session);
  await found?.end();
}

export function liveHandlers(context: EngineContext): HandlersOf<'live'> {
  let waiting = false;
  const changed = (): void => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      context.emit({ type: 'data.changed' });
    }, tellEveryMs).unref();
  };
  const sources = (): LiveSources => {
    const session = requireSession(context);
    let found = all.get(session);
    if (!found) {
      found = new LiveSources(session.database, changed);
      all.set(session, found);
    }
    return found;
  };
  return {
    'live.list': () => sources().list(),
    'live.add': ({ name, setting, map }) =>
      sources().add(name, setting.kind === 'folder' ? { ...setting, path: path.resolve(setting.path) } : setting, map),
    'live.start': ({ id }) => sources().start(id),
    'live.stop': ({ id }) => sources().stop(id),
    'live.remove': ({ id }) => sources().remove(id),
  };
}
