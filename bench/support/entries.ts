import { existsSync } from 'node:fs';
import path from 'node:path';

const folders = [path.join(__dirname, '..', 'engine'), path.join(process.cwd(), 'dist', 'engine')];

/** A bundled entry of the product. */
export function entryOf(name: string): string {
  const found = folders.map((folder) => path.join(folder, `${name}.cjs`)).find((file) => existsSync(file));
  if (!found) throw new Error(`dist/engine/${name}.cjs is not built. Run npm run build first.`);
  return found;
}
