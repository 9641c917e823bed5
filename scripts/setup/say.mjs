// What set-up tells the person who waits for it.

/**
 * @typedef {object} Say
 * @property {(text: string) => void} line a finished line
 * @property {(text: string) => void} progress a line that the next one replaces; a line every few seconds where the output is no terminal
 */

/**
 * @param {NodeJS.WriteStream} stream stdout, or stderr where stdout belongs to a command's own answer
 * @returns {Say}
 */
export function createSay(stream) {
  let open = false;
  let lastProgress = 0;
  return {
    line(text) {
      if (open) stream.write('\r\x1b[2K');
      open = false;
      stream.write(`[setup] ${text}\n`);
    },
    progress(text) {
      if (stream.isTTY) {
        stream.write(`\r\x1b[2K[setup] ${text}`);
        open = true;
      } else if (Date.now() - lastProgress > 5000) {
        lastProgress = Date.now();
        stream.write(`[setup] ${text}\n`);
      }
    },
  };
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}

/** @param {number} since a value of `performance.now()` */
export function secondsSince(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
