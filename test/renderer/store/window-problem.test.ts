import { expect, test } from 'vitest';
import type { EngineEvent } from '#contract/events';
import { problemAfter } from '../../../renderer/store/window-problem.ts';

const error = { code: 'workspace_locked' as const, message: 'The workspace /w is open in recsmith train.' };
const failed: EngineEvent = { type: 'restore.failed', error };
const changed: EngineEvent = { type: 'workspace.changed' };

test('what kept the last workspace from opening is said until another one is open', () => {
  const problem = problemAfter(null, [failed]);
  expect(problem).toMatchObject(error);
  expect(problemAfter(problem, [{ type: 'data.changed' }])).toBe(problem);
  expect(problemAfter(problem, [changed])).toBeNull();
  expect(problemAfter(null, [changed, failed])).toMatchObject(error);
});

test('another problem stays when a workspace is opened', () => {
  const other = { code: 'internal' as const, message: 'Something else.' };
  expect(problemAfter(other, [changed])).toBe(other);
});
