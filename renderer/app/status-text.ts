import type { EngineProcessState } from '#contract/bridge';
import type { ServerStatus } from '#contract/server';
import type { SystemInfo } from '#contract/system';
import { formatRate, formatSize } from '../format/numbers.ts';

/** `CPU · TensorFlow 2.21.0 · 2.1 GB`. */
export function deviceText(system: SystemInfo | null): string {
  if (!system) return 'Device unknown';
  const memory = formatSize(system.engineMemoryBytes);
  const { device } = system;
  if (!device) return `Device not checked yet · ${memory}`;
  const name = device.backend === 'tensorflow' ? `TensorFlow ${device.version}` : `TensorFlow.js WASM ${device.version}`;
  return `${device.device.toUpperCase()} · ${name} · ${memory}`;
}

/** Why this device, and what to install for a better one. */
export function deviceTitle(system: SystemInfo | null): string {
  if (!system?.device) return 'The first training or check finds out which device TensorFlow uses.';
  return [system.device.reason, system.device.improve].filter(Boolean).join('\n');
}

/** `127.0.0.1:8000 · 412/s`. */
export function serverText(server: ServerStatus | null): string {
  switch (server?.state) {
    case 'running':
      return `${(server.url ?? '').replace(/^https?:\/\//, '')} · ${formatRate(server.requestsPerSecond)}`;
    case 'starting':
      return 'Server is starting';
    case 'failed':
      return 'Server failed';
    default:
      return 'Not serving';
  }
}

/** What the banner says of an engine that is not there; nothing while it runs. */
export function engineText(engine: EngineProcessState): string {
  if (engine.state === 'crashed') return 'The engine stopped. Starting it again …';
  if (engine.state === 'stopped')
    return 'The engine stopped and is not started again. Close the window and open it to go on; saved data is unharmed.';
  if (engine.state === 'starting')
    return engine.attempt > 1 ? `The engine is starting again, attempt ${engine.attempt} …` : 'The engine is starting …';
  return 'The engine is running.';
}
