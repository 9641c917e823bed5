import { spawn } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { layout } from '../../../engine/workspace/layout.ts';
import { createWorkspace, openWorkspace } from '../../../engine/workspace/workspace.ts';
import { withFolder } from '../../support/folders.ts';

const me = 'a test';

test('a new workspace opens again with its name', () =>
  withFolder(async (folder) => {
    const made = await createWorkspace(path.join(folder, 'films'), undefined, me);
    await made.close();
    const opened = await openWorkspace(path.join(folder, 'films'), me);
    expect(opened.manifest.name).toBe('films');
    await opened.close();
  }));

test('a folder with other things in it is refused, and they stay', () =>
  withFolder(async (folder) => {
    await writeFile(path.join(folder, 'thesis.tex'), 'mine');
    await expect(createWorkspace(folder, undefined, me)).rejects.toMatchObject({ code: 'conflict' });
    expect(await readFile(path.join(folder, 'thesis.tex'), 'utf8')).toBe('mine');
  }));

test('a folder that is no workspace says how to make one', () =>
  withFolder(async (folder) => {
    await expect(openWorkspace(folder, me)).rejects.toThrow(/is not a workspace.*recsmith init/);
  }));

test('a folder that this user may not write to is refused in words', { skip: process.platform === 'win32' }, () =>
  withFolder(async (folder) => {
    const w = path.join(folder, 'w');
    await (await createWorkspace(w, undefined, me)).close();
    await chmod(folder, 0o755);
    await chmod(w, 0o555);
    // Root may write anywhere: for this one attempt it is nobody.
    const root = process.getuid?.() === 0;
    if (root) process.seteuid?.(65_534);
    try {
      await expect(openWorkspace(w, me)).rejects.toMatchObject({
        code: 'unreadable_file',
        message: `${w} cannot be written to (EACCES): this user may not write there. Change its rights, or work on a copy of it.`,
      });
    } finally {
      if (root) process.seteuid?.(0);
      await chmod(w, 0o755);
    }
  }),
);

test('a second opening is refused and names the holder', () =>
  withFolder(async (folder) => {
    const first = await createWorkspace(path.join(folder, 'w'), undefined, 'the Recsmith window');
    const error = await openWorkspace(path.join(folder, 'w'), me).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'workspace_locked', details: { pid: process.pid, holder: 'the Recsmith window' } });
    await first.close();
  }));

test('the lock of a dead process is taken over', () =>
  withFolder(async (folder) => {
    const dead = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => dead.once('exit', resolve));
    const made = await createWorkspace(path.join(folder, 'w'), undefined, me);
    await made.close();
    await writeFile(layout.lock(made.path), JSON.stringify({ pid: dead.pid, host: hostname(), holder: 'a crash', since: 'then' }));
    const opened = await openWorkspace(made.path, me);
    await opened.close();
    expect(await readdir(made.path)).not.toContain('engine.lock');
  }));

test('the lock of another machine is respected, whatever its process number', () =>
  withFolder(async (folder) => {
    const made = await createWorkspace(path.join(folder, 'w'), undefined, me);
    await made.close();
    await writeFile(layout.lock(made.path), JSON.stringify({ pid: 999_999_99, host: 'elsewhere', holder: 'them', since: 'then' }));
    await expect(openWorkspace(made.path, me)).rejects.toMatchObject({ code: 'workspace_locked' });
  }));

test('of several that find a stale lock at once, one gets it', () =>
  withFolder(async (folder) => {
    const made = await createWorkspace(path.join(folder, 'w'), undefined, me);
    await made.close();
    await writeFile(layout.lock(made.path), 'half a lo');
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => openWorkspace(made.path, me)));
    const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(won).toHaveLength(1);
    await won[0]?.close();
  }));

test('a workspace of a newer format is refused in words', () =>
  withFolder(async (folder) => {
    const made = await createWorkspace(path.join(folder, 'w'), undefined, me);
    await made.close();
    await writeFile(layout.manifest(made.path), JSON.stringify({ ...made.manifest, formatVersion: 99 }));
    await expect(openWorkspace(made.path, me)).rejects.toThrow(/newer Recsmith/);
  }));

test('a damaged manifest is named', () =>
  withFolder(async (folder) => {
    const made = await createWorkspace(path.join(folder, 'w'), undefined, me);
    await made.close();
    await writeFile(layout.manifest(made.path), '{"format":');
    await expect(openWorkspace(made.path, me)).rejects.toThrow(/workspace\.json is damaged/);
  }));

test('half-made folders of a crash are gone at the next opening, whole ones stay', () =>
  withFolder(async (folder) => {
    const made = await createWorkspace(path.join(folder, 'w'), undefined, me);
    await made.close();
    await mkdir(path.join(layout.runs(made.path), '.run-1.77.ab.tmp'));
    await mkdir(path.join(layout.runs(made.path), 'run-2'));
    await (await openWorkspace(made.path, me)).close();
    expect(await readdir(layout.runs(made.path))).toEqual(['run-2']);
  }));
