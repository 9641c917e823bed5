import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { insideWorkspace } from '../../electron/show-folder.ts';

test('only what lies in the open workspace is shown in the file manager', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'recsmith-show-')));
  const workspace = join(folder, 'workspace');
  mkdirSync(join(workspace, 'bundles'), { recursive: true });
  mkdirSync(join(folder, 'workspace-2'));
  symlinkSync(folder, join(workspace, 'out'));
  expect(insideWorkspace(join(workspace, 'bundles'), workspace)).toBe(join(workspace, 'bundles'));
  expect(insideWorkspace('bundles', workspace)).toBe(join(workspace, 'bundles'));
  expect(insideWorkspace(workspace, workspace)).toBe(workspace);
  for (const outside of ['..', '../workspace-2', 'out', '/etc', 'none']) expect(insideWorkspace(outside, workspace)).toBeNull();
  expect(insideWorkspace(workspace, null)).toBeNull();
  rmSync(folder, { recursive: true });
});
