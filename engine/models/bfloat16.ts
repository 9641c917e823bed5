import { readFileSync } from 'node:fs';

let known: boolean | undefined;

/** Does this processor multiply matrices of 16-bit floats (bfloat16) in instructions of its own? Elsewhere they are slower than those of 32 bits. */
export function hasBfloat16(): boolean {
  known ??= process.platform === 'linux' && /\b(avx512_bf16|amx_bf16)\b/.test(processorFlags());
  return known;
}

function processorFlags(): string {
  try {
    return /^flags\s*:.*$/m.exec(readFileSync('/proc/cpuinfo', 'latin1'))?.[0] ?? '';
  } catch {
    return '';
  }
}
