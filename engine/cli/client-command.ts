import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import { writeClient } from '../client/write-client.ts';
import type { Command } from './command.ts';
import { formatNumber } from './terminal.ts';

export const clientCommand: Command = {
  name: 'client',
  usage: '--out FILE.ts',
  summary: 'Write a TypeScript client of the served API, with a tracker of events: one file that needs nothing else',
  positionals: [0, 0],
  flags: { out: { kind: 'text', help: 'the file to write; one that is there is written anew', required: true } },
  async run({ flags }) {
    const file = path.resolve(flags.out as string);
    if (path.extname(file) !== '.ts') throw new EngineError('invalid_input', `${file} is no TypeScript file. End its name with .ts.`);
    const text = writeClient();
    try {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new EngineError(
        'forbidden',
        `${file} cannot be written (${code}). Name a file in a folder of yours.`,
        { file },
        { cause: error },
      );
    }
    const sizeBytes = Buffer.byteLength(text);
    return { json: { out: file, sizeBytes }, text: `${file} (${formatNumber(sizeBytes)} bytes)` };
  },
};
