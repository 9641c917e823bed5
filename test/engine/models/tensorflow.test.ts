import { expect, test } from 'vitest';
import { loadTensorFlow, tensorFlow } from '../../../engine/models/tensorflow.ts';

test('the device report names the backend, the device and the reason', async () => {
  const { report, tf } = await loadTensorFlow();
  expect(tensorFlow().tf).toBe(tf);
  expect(report.backend).toBe('tensorflow');
  expect(report.version).toMatch(/^\d+\.\d+/);
  expect(report.reason).toContain(report.device === 'gpu' ? 'GPU' : 'CPU');
  expect(Array.from(tf.matMul([[1, 2]], [[3], [4]]).dataSync())).toEqual([11]);
});
