import type { ServerStatus } from '#contract/server';

/** What stands where a running server would show something. */
export function idleText(state: ServerStatus['state'], what: string): string {
  switch (state) {
    case 'starting':
      return `The server is starting: ${what} here in a moment.`;
    case 'failed':
      return `The server is not running: turn the switch on to start it again, and ${what} here.`;
    default:
      return `Nothing is served: turn the switch on, and ${what} here.`;
  }
}
