import { expect, test } from 'vitest';
import { deviceText, deviceTitle, engineText, serverText } from '../../../renderer/app/status-text.ts';
import { system } from '../../support/fake-data.ts';

const server = {
  state: 'running' as const,
  url: 'http://127.0.0.1:8000',
  port: 8000,
  pid: 1,
  bundle: 'b',
  modelVersion: '1',
  startedAt: null,
  requests: 1,
  errors: 0,
  events: 0,
  requestsPerSecond: 412,
  p50Ms: 1,
  p99Ms: 2,
  problem: null,
  auth: false,
  tls: false,
};

test('the device line says device, library and memory; why, and what is better, on hover', () => {
  expect(deviceText(system)).toBe('CPU · TensorFlow 2.21.0 · 412 MB');
  expect(deviceText({ ...system, device: null })).toBe('Device not checked yet · 412 MB');
  expect(deviceText(null)).toBe('Device unknown');
  expect(deviceTitle(system)).toBe('No NVIDIA GPU was found.\nInstall a CUDA 12 driver to train on a GPU.');
});

test('the server line gives its address and its rate, or says that nothing is served', () => {
  expect(serverText(server)).toBe('127.0.0.1:8000 · 412/s');
  expect(serverText({ ...server, state: 'failed' })).toBe('Server failed');
  expect(serverText(null)).toBe('Not serving');
});

test('the banner says what happened to the engine', () => {
  expect(engineText({ state: 'crashed', attempt: 1 })).toBe('The engine stopped. Starting it again …');
  expect(engineText({ state: 'starting', attempt: 2 })).toBe('The engine is starting again, attempt 2 …');
  expect(engineText({ state: 'stopped', attempt: 5 })).toContain('saved data is unharmed');
});
