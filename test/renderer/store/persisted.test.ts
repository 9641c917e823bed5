import { expect, test } from 'vitest';
import { initialPersisted, readPersisted, writePersisted } from '../../../renderer/store/persisted.ts';

function memory() {
  const values = new Map<string, string>();
  return { getItem: (key: string) => values.get(key) ?? null, setItem: (key: string, value: string) => void values.set(key, value) };
}

test('what was done to the window survives a reload', () => {
  const storage = memory();
  const state = { view: 'models', theme: 'dark' as const, views: { models: { model: 'two-tower' } } };
  writePersisted(storage, state);
  expect(readPersisted(storage)).toEqual(state);
});

test.each(['not json', '{"view":7,"theme":"pink","views":null}', 'null'])('stored rubbish %s falls back to the start', (text) => {
  expect(readPersisted({ getItem: () => text })).toEqual(initialPersisted);
});

test('a full storage does not break the window', () => {
  const full = {
    setItem: () => {
      throw new Error('QuotaExceededError');
    },
  };
  expect(() => writePersisted(full, initialPersisted)).not.toThrow();
});
