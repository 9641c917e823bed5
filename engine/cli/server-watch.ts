import type { ServerStatus } from '#contract/server';

/** Hears of a server's states, and says when one that ran has stopped by itself: a start that fails is told by the call that asked for it. */
export function serverWatch(): { see(status: ServerStatus): void; stopped: Promise<string> } {
  let tellStopped: (problem: string) => void = () => undefined;
  const stopped = new Promise<string>((resolve) => {
    tellStopped = resolve;
  });
  let running = false;
  return {
    stopped,
    see({ state, problem }) {
      if (running && state === 'failed') tellStopped(problem ?? 'The server stopped unexpectedly. Start it again.');
      running = state === 'running';
    },
  };
}
