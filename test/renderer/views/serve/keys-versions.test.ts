import { expect, test } from 'vitest';
import { stoppedServer } from '#contract/server';
import { emptyKey, readKey } from '../../../../renderer/views/serve/keys/key-form.ts';
import { versionRows } from '../../../../renderer/views/serve/versions/version-rows.ts';
import { bundles } from '../../../support/fake-data.ts';

test('a key needs a name, and a limit that is one', () => {
  expect(readKey(emptyKey).problems.name).toBeDefined();
  expect(readKey({ name: ' shop ', role: 'service', limit: '' })).toEqual({
    input: { name: 'shop', role: 'service', rate_limit: null },
    problems: {},
  });
  expect(readKey({ name: 'shop', role: 'viewer', limit: '2.5' }).input.rate_limit).toBe(2.5);
  for (const limit of ['0', '-1', 'many', '100001']) expect(readKey({ name: 'shop', role: 'viewer', limit }).problems.limit).toBeDefined();
});

test('while nothing is served, every version but the active one can be made active', () => {
  const rows = versionRows([...bundles].reverse(), stoppedServer);
  expect(rows.map(({ bundle, served, action }) => [bundle.id, served, action])).toEqual([
    ['b-0001', false, undefined],
    ['b-0002', false, 'Roll back'],
    ['b-0003', false, 'Roll back'],
  ]);
});

test('to go to an older version than the served one is to roll back, to a newer one to activate', () => {
  const rows = versionRows(bundles, { ...stoppedServer, state: 'running', bundle: 'b-0002' });
  // The active one is not what is served here: a click sets that right.
  expect(rows.map(({ served, action }) => [served, action])).toEqual([
    [false, 'Activate'],
    [true, 'Activate'],
    [false, 'Roll back'],
  ]);
});
