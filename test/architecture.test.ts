import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(__dirname, '..');

/** Every room, and the rooms that it may import besides itself. Imports go down; rooms of one floor meet in the stories above them. */
const picture: Record<string, string[]> = {
  contract: [],
  math: ['contract'],
  files: ['contract'],
  kernels: ['contract'],
  security: ['contract', 'files'],
  data: ['contract', 'math', 'files', 'jobs/work-context.ts'],
  features: ['contract', 'math', 'files'],
  models: ['contract', 'math', 'files', 'kernels'],
  evaluation: ['contract', 'math', 'files', 'kernels'],
  retrieval: ['contract', 'math', 'files'],
  bundles: ['contract', 'math', 'files'],
  workspace: ['contract', 'math', 'files'],
  jobs: ['contract', 'math', 'files'],
  system: ['contract', 'math', 'files'],
  training: ['contract', 'math', 'files', 'models', 'evaluation', 'features', 'jobs'],
  serving: ['contract', 'math', 'files', 'bundles', 'retrieval', 'features', 'jobs', 'security'],
  operations: [
    'contract',
    'math',
    'files',
    'data',
    'models',
    'evaluation',
    'features',
    'retrieval',
    'bundles',
    'workspace',
    'jobs',
    'system',
    'training',
    'security',
  ],
  transport: ['contract', 'math', 'files', 'serving', 'jobs'],
  client: ['contract'],
  cli: ['contract', 'client', 'engine.ts', 'jobs', 'operations/server-process.ts', 'security', 'transport', 'workspace/layout.ts'],
  'engine.ts': ['contract', 'operations', 'jobs', 'workspace'],
  'main.ts': ['contract', 'engine.ts', 'jobs', 'transport', 'files'],
  'trainer.ts': ['contract', 'training', 'transport', 'jobs'],
  'server.ts': ['contract', 'serving', 'transport', 'jobs', 'files'],
};

/** Each native library has one home. */
const homes: [RegExp, string][] = [
  [/^@duckdb\//, 'engine/data/'],
  [/^@tensorflow\//, 'engine/models/'],
  [/^usearch$/, 'engine/retrieval/'],
  [/^plotly/, 'renderer/charts/'],
  [/^electron$/, 'electron/'],
  [/^kafkajs$/, 'engine/data/'],
];

/** Written in AssemblyScript, which has its own compiler. */
const otherLanguage = 'engine/kernels/assembly';

/** Rooms that compute, and touch nothing outside themselves. */
const pure = ['contract', 'math'];

interface Import {
  from: string;
  /** As written. */
  name: string;
  /** The file, where it is one of ours. */
  to: string | null;
}

function filesIn(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = `${folder}/${entry.name}`;
    if (file === otherLanguage) return [];
    if (entry.isDirectory()) return filesIn(file);
    return /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [file] : [];
  });
}

const importForm = /(?:^|\n)\s*(?:import|export)\s[^'";]*?from\s*'([^']+)'|(?:^|\n)\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  return [...text.matchAll(importForm)].map((match) => {
    const name = (match[1] ?? match[2] ?? match[3]) as string;
    if (name.startsWith('#contract/')) return { from: file, name, to: `engine/contract/${name.slice('#contract/'.length)}.ts` };
    if (name.startsWith('.')) return { from: file, name, to: path.posix.join(path.posix.dirname(file), name) };
    return { from: file, name, to: null };
  });
}

const product = ['engine', 'electron', 'renderer'].flatMap(filesIn);
const imports = product.flatMap(importsOf);

/** `engine/data/sql.ts` → `data`; `engine/engine.ts` → `engine.ts`. */
const roomOf = (file: string): string => file.split('/')[1] as string;

test('there is something to look at', () => {
  expect(product.length).toBeGreaterThan(100);
  expect(imports.length).toBeGreaterThan(300);
});

test('every room of the engine is in the picture', () => {
  const rooms = new Set(product.filter((file) => file.startsWith('engine/')).map(roomOf));
  expect([...rooms].filter((room) => !(room in picture))).toEqual([]);
});

test('imports in the engine go down, and never sideways', () => {
  const wrong = imports.filter(({ from, to }) => {
    if (!from.startsWith('engine/') || !to) return false;
    if (!to.startsWith('engine/')) return true;
    const [here, there] = [roomOf(from), roomOf(to)];
    if (here === there) return false;
    return !picture[here]?.some((allowed) => allowed === there || `engine/${allowed}` === to);
  });
  expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
});

test('the contract is imported across its wall by one name', () => {
  const wrong = imports.filter(
    ({ from, name, to }) => to?.startsWith('engine/contract/') && !from.startsWith('engine/contract/') && !name.startsWith('#'),
  );
  expect(wrong.map(({ from, name }) => `${from} imports ${name}`)).toEqual([]);
});

test('the window and the shell know one room of the engine: the contract', () => {
  const wrong = imports.filter(
    ({ from, to }) => !from.startsWith('engine/') && to && !to.startsWith('engine/contract/') && to.split('/')[0] !== from.split('/')[0],
  );
  expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
});

test('each native library has one home', () => {
  const wrong = imports.filter(({ from, name }) => homes.some(([library, home]) => library.test(name) && !from.startsWith(home)));
  expect(wrong.map(({ from, name }) => `${from} imports ${name}`)).toEqual([]);
});

test('the contract and the arithmetic use no Node, no DOM and no library but zod', () => {
  const wrong = imports.filter(({ from, name, to }) => pure.includes(roomOf(from)) && from.startsWith('engine/') && !to && name !== 'zod');
  expect(wrong.map(({ from, name }) => `${from} imports ${name}`)).toEqual([]);
});

test('no file imports itself by any way round', () => {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) if (to) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, trail: string[]): void => {
    if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
    if (done.has(file) || trail.includes(file)) return;
    for (const to of next.get(file) ?? []) visit(to, [...trail, file]);
    done.add(file);
  };
  for (const file of product) visit(file, []);
  expect(cycles).toEqual([]);
});

/** Uses of DuckDBInstance that the registry does not know of: outside of it only databases in memory are opened, from the cache. */
function strayInstances(file: string, text: string): string[] {
  const allowed = file === 'engine/data/database.ts' ? /^fromCache\(/ : /^fromCache\(':memory:'\)/;
  return [...text.matchAll(/DuckDBInstance\s*\.\s*(\w+\([^)]*\)?)/g)]
    .map((match) => match[1] as string)
    .filter((use) => !allowed.test(use));
}

test('DuckDB instances are made by the registry only, but for those in memory', () => {
  const wrong = product.flatMap((file) =>
    strayInstances(file, readFileSync(path.join(root, file), 'utf8')).map((use) => `${file}: ${use}`),
  );
  expect(wrong).toEqual([]);
});

test.each([
  ['engine/data/pairs.ts', "DuckDBInstance.fromCache(':memory:')", []],
  ['engine/data/pairs.ts', 'DuckDBInstance.fromCache(file, settings)', ['fromCache(file, settings)']],
  ['engine/data/pairs.ts', "DuckDBInstance\n.create(':memory:')", ["create(':memory:')"]],
  ['engine/data/database.ts', 'DuckDBInstance.fromCache(file, settings)', []],
  ['engine/data/database.ts', 'DuckDBInstance.create(file)', ['create(file)']],
])('in %s, %j is seen for what it is', (file, text, stray) => {
  expect(strayInstances(file, text)).toEqual(stray);
});

test('files stay small enough to hold one idea', () => {
  const long = product
    .map((file) => [file, readFileSync(path.join(root, file), 'utf8').split('\n').length] as const)
    .filter(([, lines]) => lines > 400);
  expect(long).toEqual([]);
});
