import { expect, test } from 'vitest';
import { memorySetting } from '../../../engine/data/memory-setting.ts';

test('a size is taken in MB or GB, nothing leaves it to the machine, and anything else is refused in words', () => {
  expect(memorySetting({})).toEqual({});
  expect(memorySetting({ RECSMITH_DATA_MEMORY: '2GB' })).toEqual({ memoryLimit: '2000MB' });
  expect(memorySetting({ RECSMITH_DATA_MEMORY: ' 800 mb ' })).toEqual({ memoryLimit: '800MB' });
  for (const wrong of ['2', 'lots', '10MB', '-1GB', "1GB'; DROP"])
    expect(() => memorySetting({ RECSMITH_DATA_MEMORY: wrong })).toThrow(/must be a size from 200MB on/);
});
