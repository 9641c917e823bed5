const WINDOW_MS = 60_000;
const GIVE_UP_AFTER = 5;

/**
 * How long to wait before the engine starts again, in milliseconds: at once after the first crash, then 0.5, 1 and 2 s.
 * Null after five crashes in a minute: it would only crash again.
 * @param crashes times of its crashes in milliseconds, the latest last.
 */
export function restartDelay(crashes: readonly number[]): number | null {
  const latest = crashes.at(-1) ?? 0;
  const recent = crashes.filter((at) => latest - at < WINDOW_MS).length;
  if (recent >= GIVE_UP_AFTER) return null;
  return recent <= 1 ? 0 : 250 * 2 ** (recent - 1);
}
