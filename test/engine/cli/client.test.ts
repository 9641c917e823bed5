import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { writeClient } from '../../../engine/client/write-client.ts';
import { recsmith, recsmithJson } from '../../support/cli.ts';
import { withFolder } from '../../support/folders.ts';

test('the built program writes the client, the same as the one that is tested, and refuses another kind of file', { timeout: 60_000 }, () =>
  withFolder(async (state) => {
    const out = path.join(state, 'new', 'recsmith-client.ts');
    const sizeBytes = Buffer.byteLength(writeClient());
    expect(await recsmithJson(['client', '--out', out], { state })).toEqual({ out, sizeBytes });
    expect(await readFile(out, 'utf8')).toBe(writeClient());
    expect(await recsmith(['client', '--out', path.join(state, 'client.py')], { state })).toMatchObject({ code: 2 });
    expect(await recsmith(['client'], { state })).toMatchObject({ code: 2 });
  }),
);
