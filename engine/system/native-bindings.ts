import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** DuckDB brings one package a platform. */
export function duckdbBinding(rootFolder: string): string | undefined {
  return resolveFrom(rootFolder, `@duckdb/node-bindings-${process.platform}-${process.arch}/duckdb.node`);
}

/** USearch brings all platforms in one package, some in one file together: `darwin-arm64+x64`. */
export function usearchBinding(rootFolder: string): string | undefined {
  const main = resolveFrom(rootFolder, 'usearch');
  if (!main) return undefined;
  const prebuilds = path.join(main.slice(0, main.lastIndexOf(`${path.sep}javascript${path.sep}`)), 'prebuilds');
  if (!existsSync(prebuilds)) return undefined;
  const folder = readdirSync(prebuilds).find((name) => {
    const [platform, architectures] = name.split('-');
    return platform === process.platform && architectures?.split('+').includes(process.arch);
  });
  const file = path.join(prebuilds, folder ?? '', 'usearch.node');
  return folder && existsSync(file) ? file : undefined;
}

function resolveFrom(rootFolder: string, name: string): string | undefined {
  try {
    return createRequire(path.join(rootFolder, 'package.json')).resolve(name);
  } catch {
    return undefined;
  }
}
