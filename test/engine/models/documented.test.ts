import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { describeParameters } from '../../../engine/models/parameters.ts';
import { retrievalModels } from '../../../engine/models/registry.ts';

const page = readFileSync(path.resolve(__dirname, '..', '..', '..', 'docs', 'models.md'), 'utf8');

/** The parameters in the table of a model's section, with the default that stands there. */
function documented(id: string): Record<string, string> {
  const section = page.split(/^## /m).find((part) => part.split('\n', 1)[0]?.endsWith(`(\`${id}\`)`)) ?? '';
  const table = section.split('| parameter | default |')[1]?.split('\n\n', 1)[0] ?? '';
  return Object.fromEntries(
    table
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => {
        const [names = '', defaults = ''] = line.split('|').slice(1);
        const named = [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name as string);
        const values = named.length > 1 ? defaults.split(',') : [defaults];
        return named.map((name, at) => [name, values[at]?.trim().replace('−', '-') ?? '']);
      }),
  );
}

const written = (value: unknown): string => {
  if (Array.isArray(value)) return value.length > 0 ? value.join(', ') : 'none';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

test.each(retrievalModels.map(({ id, params }) => ({ id, params })))(
  'the page documents the parameters of $id with their defaults',
  ({ id, params }) => {
    expect(documented(id)).toEqual(
      Object.fromEntries(describeParameters(params).map(({ name, default: value }) => [name, written(value)])),
    );
  },
);
