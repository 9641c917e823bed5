import path from 'node:path';
import { expect, test } from 'vitest';
import { writeBundle } from '../../../engine/bundles/write-bundle.ts';
import { recsmith } from '../../support/cli.ts';
import { withFolder } from '../../support/folders.ts';
import { sampleContents } from '../bundles/sample-contents.ts';

test('a bundle is served until its server dies, which is told and ends the command with its own code', { timeout: 60_000 }, () =>
  withFolder(async (state) => {
    const bundle = path.join(state, 'films');
    await writeBundle(bundle, sampleContents());
    const { code, stdout, stderr } = await recsmith(['serve', bundle, '--port', '0'], { state, killServerOf: `${bundle}.events` });
    expect(stdout).toContain('Serving films at http://127.0.0.1:');
    expect(stderr).toContain('The server stopped unexpectedly (SIGKILL).');
    expect(code).toBe(16);
  }),
);

test('a port that there cannot be is refused in words, for a bundle and for a workspace', { timeout: 60_000 }, () =>
  withFolder(async (state) => {
    const bundle = path.join(state, 'films');
    await writeBundle(bundle, sampleContents());
    const { code, stderr } = await recsmith(['serve', bundle, '--port', '99999'], { state });
    expect([code, stderr]).toEqual([2, 'recsmith: --port is a number from 0, for any free one, to 65535, not 99999.\n']);
    const workspace = path.join(state, 'w');
    await recsmith(['init', workspace], { state });
    expect(await recsmith(['serve', workspace, '--port', '99999'], { state })).toMatchObject({ code: 2 });
  }),
);
