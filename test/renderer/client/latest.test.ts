import { expect, test } from 'vitest';
import { createLatest } from '../../../renderer/client/latest.ts';

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

test('a slow old answer never overwrites a fast new one', async () => {
  const latest = createLatest();
  const seen: string[] = [];
  const settle = { value: (value: string) => seen.push(value), error: () => seen.push('error') };
  const slow = deferred<string>();
  const fast = deferred<string>();
  latest(slow.promise, settle);
  latest(fast.promise, settle);
  fast.resolve('new');
  await fast.promise;
  slow.resolve('old');
  await slow.promise;
  expect(seen).toEqual(['new']);
});

test('an old error does not matter either, and a cancelled question is not answered', async () => {
  const latest = createLatest();
  const seen: string[] = [];
  const settle = { value: (value: string) => seen.push(value), error: () => seen.push('error') };
  const failing = deferred<string>();
  const cancelled = deferred<string>();
  latest(failing.promise, settle);
  const cancel = latest(cancelled.promise, settle);
  failing.reject(new Error('gone'));
  cancel();
  cancelled.resolve('late');
  await cancelled.promise;
  await failing.promise.catch(() => undefined);
  expect(seen).toEqual([]);
});
