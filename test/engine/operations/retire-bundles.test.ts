import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { retireBundles } from '../../../engine/operations/retire-bundles.ts';
import { createWorkspace, openWorkspace } from '../../../engine/workspace/workspace.ts';
import { withFolder } from '../../support/folders.ts';

test('of what builds made the served bundle and the one before it stay, and all that a user made', () =>
  withFolder(async (folder) => {
    const workspace = await createWorkspace(path.join(folder, 'w'), undefined, 'a test');
    const bundles = path.join(workspace.path, 'bundles');
    const put = async (id: string): Promise<void> => {
      await mkdir(path.join(bundles, id));
      await writeFile(path.join(bundles, id, 'bundle.json'), '{}');
    };
    await put('bundle-by-user');
    for (const id of ['bundle-1', 'bundle-2', 'bundle-3', 'bundle-4']) {
      const before = workspace.manifest.activeBundle;
      await put(id);
      await workspace.update({ activeBundle: id });
      await retireBundles(workspace, id, before);
    }
    expect((await readdir(bundles)).sort()).toEqual(['bundle-3', 'bundle-4', 'bundle-by-user']);

    // A user went back to a bundle of their own: that is the one before the next, and bundle-4 goes.
    await put('bundle-5');
    await workspace.update({ activeBundle: 'bundle-5' });
    await retireBundles(workspace, 'bundle-5', 'bundle-by-user');
    expect((await readdir(bundles)).sort()).toEqual(['bundle-5', 'bundle-by-user']);
    await workspace.close();
  }));

test('a workspace of before knows of no bundle that was made; a name that leads elsewhere is refused', () =>
  withFolder(async (folder) => {
    const workspace = await createWorkspace(path.join(folder, 'w'), undefined, 'a test');
    await workspace.close();
    const file = path.join(workspace.path, 'workspace.json');
    const { madeBundles: _, ...old } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify(old));
    const opened = await openWorkspace(workspace.path, 'a test');
    expect(opened.manifest.madeBundles).toEqual([]);
    await opened.close();
    await writeFile(file, JSON.stringify({ ...old, madeBundles: ['../../elsewhere'] }));
    await expect(openWorkspace(workspace.path, 'a test')).rejects.toMatchObject({ code: 'workspace_damaged' });
  }));
