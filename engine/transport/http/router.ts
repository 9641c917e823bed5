import { TrieRouter } from 'hono/router/trie-router';
import { EngineError } from '#contract/errors';

export interface Found<T> {
  target: T;
  params: Record<string, string>;
}

/** Finds what stands at a path. */
export interface PathRouter<T> {
  add(method: string, path: string, target: T): void;
  /** HEAD finds what GET does. */
  find(method: string, path: string): Found<T> | null;
  /** The methods that a path has; none where there is nothing. */
  methodsAt(path: string): string[];
}

/** `..%zz` and the like: no character is meant by it. */
function decoded(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    throw new EngineError('invalid_input', 'The path has a broken percent escape. Encode ids as UTF-8, or use /recommend?user_id=.');
  }
}

/** A router for paths in the table's spelling, `/recommend/{user_id}`. What has no parameter goes before what has. */
export function createPathRouter<T>(): PathRouter<T> {
  const router = new TrieRouter<T>();
  const methods = new Set<string>();
  const find = (method: string, path: string): Found<T> | null => {
    const matched = router.match(method === 'HEAD' ? 'GET' : method, path)[0];
    let best: Found<T> | null = null;
    for (const [target, params] of matched as [T, Record<string, string>][]) {
      const names = Object.keys(params);
      if (best && names.length >= Object.keys(best.params).length) continue;
      best = { target, params };
    }
    if (!best) return null;
    return { target: best.target, params: Object.fromEntries(Object.entries(best.params).map(([name, value]) => [name, decoded(value)])) };
  };
  return {
    add(method, path, target) {
      methods.add(method);
      router.add(method, path.replace(/\{(\w+)\}/g, ':$1'), target);
    },
    find,
    methodsAt: (path) =>
      [...methods].filter((method) => find(method, path)).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])),
  };
}
