import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const Bounds = z.object({ x: z.number().int(), y: z.number().int(), width: z.number().int().min(1), height: z.number().int().min(1) });
export type Bounds = z.infer<typeof Bounds>;

const ShellState = z.object({
  bounds: Bounds.nullable().default(null),
  maximized: z.boolean().default(false),
  theme: z.enum(['light', 'dark', 'system']).default('system'),
});
/** What the shell remembers of its window. */
export type ShellState = z.infer<typeof ShellState>;

export const smallestWindow = { width: 960, height: 600 };
const firstWindow = { width: 1280, height: 800 };

/** The remembered state; a damaged file counts as none. */
export function readShellState(file: string): ShellState {
  try {
    return ShellState.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return ShellState.parse({});
  }
}

export function writeShellState(file: string, state: ShellState): void {
  try {
    writeFileSync(file, `${JSON.stringify(state)}\n`);
  } catch {
    // A window that opens in its first place again is not worth a word to the user.
  }
}

/** Where the window opens: where it was, when a good part of that is still on a screen; else in the middle, as large as fits. */
export function placeWindow(remembered: Bounds | null, screens: readonly Bounds[]): Partial<Bounds> {
  const visible = (screen: Bounds, window: Bounds): boolean => {
    const width = Math.min(screen.x + screen.width, window.x + window.width) - Math.max(screen.x, window.x);
    const height = Math.min(screen.y + screen.height, window.y + window.height) - Math.max(screen.y, window.y);
    return width >= 200 && height >= 100;
  };
  if (remembered && screens.some((screen) => visible(screen, remembered))) {
    return {
      ...remembered,
      width: Math.max(remembered.width, smallestWindow.width),
      height: Math.max(remembered.height, smallestWindow.height),
    };
  }
  const screen = screens[0] ?? { x: 0, y: 0, ...firstWindow };
  return { width: Math.min(firstWindow.width, screen.width), height: Math.min(firstWindow.height, screen.height) };
}
