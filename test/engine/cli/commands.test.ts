import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { commands } from '../../../engine/cli/commands.ts';
import { runCommands } from '../../../engine/cli/run-commands.ts';
import { rankingModels } from '../../../engine/models/ranking-registry.ts';
import { retrievalModels } from '../../../engine/models/registry.ts';

const docs = path.resolve(__dirname, '..', '..', '..', 'docs', 'cli.md');

/** The first word of each command in the first column of the table of commands. */
function documented(): string[] {
  const rows = readFileSync(docs, 'utf8')
    .split('\n## ')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| `'));
  return (rows ?? []).flatMap((row) =>
    [...(row.split(' | ')[0] as string).matchAll(/`([a-z-]+)[^`]*`/g)].map((match) => match[1] as string),
  );
}

test('the help and the documentation list the same commands', () => {
  const helped = commands.map(({ name }) => name);
  expect(documented().sort()).toEqual(helped.sort());
});

test('the help of train names every model', () => {
  const { help } = runCommands.find(({ name }) => name === 'train')?.flags.model ?? { help: '' };
  expect(help.match(/[a-z0-9]+(-[a-z]+)*/g)).toEqual(expect.arrayContaining([...retrievalModels, ...rankingModels].map(({ id }) => id)));
});
