import type { Bridge } from '#contract/bridge';

declare global {
  interface Window {
    recsmith: Bridge;
  }
}

/** What the preload script gave this window. */
export function bridge(): Bridge {
  return window.recsmith;
}
