import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { installedAsLocked } from '../../scripts/setup/node-modules.mjs';

const root = path.resolve(__dirname, '../..');

interface LockedPackage {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  inBundle?: boolean;
  optionalDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, unknown>;
}

const read = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as { packages: Record<string, LockedPackage> };

test.each(['package-lock.json', 'tools/electron-fallback/package-lock.json'])(
  '%s names no host, and pins every package by its hash',
  (file) => {
    expect(readFileSync(path.join(root, file), 'utf8')).not.toMatch(/"resolved"/);
    const packages = Object.entries(read(file).packages).filter(([name]) => name !== '');
    expect(packages.length).toBeGreaterThan(0);
    expect(packages.filter(([, { integrity, inBundle }]) => !integrity && !inBundle).map(([name]) => name)).toEqual([]);
  },
);

test('every package for another platform is in the lock too: where one is missing npm ci refuses it', () => {
  const { packages } = read('package-lock.json');
  const missing = Object.entries(packages).flatMap(([owner, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => {
      // As Node looks: from the owner's own node_modules upwards.
      for (let at = owner; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
        if (`${at}${at ? '/' : ''}node_modules/${name}` in packages) return false;
        if (!at) return true;
      }
    }),
  );
  expect(missing).toEqual([]);
});

const locked = {
  packages: {
    '': {},
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/b-win32': { version: '1.0.0', integrity: 'sha512-b', optional: true },
  },
};

test('node modules that somebody installed by hand count when they are what the lock names', () => {
  const a = { version: '1.0.0', integrity: 'sha512-a' };
  expect(installedAsLocked(locked, { packages: { 'node_modules/a': a } })).toBe(true);
  expect(installedAsLocked(locked, undefined)).toBe(false);
  expect(installedAsLocked(locked, { packages: {} })).toBe(false);
  expect(installedAsLocked(locked, { packages: { 'node_modules/a': { ...a, integrity: 'sha512-x' } } })).toBe(false);
  expect(installedAsLocked(locked, { packages: { 'node_modules/a': a, 'node_modules/extra': a } })).toBe(false);
});
