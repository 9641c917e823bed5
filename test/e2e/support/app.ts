import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, test as base, type ElectronApplication, errors, expect, type Page } from '@playwright/test';

/** The folder of the clone. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

export const executablePath = createRequire(join(root, 'package.json'))('electron') as string;

/** Software drawing, and no sandbox where root cannot have one. */
export const flags = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];

/** The environment of the app under test: settings of its own, and nothing that would make Electron plain Node. */
export function appEnvironment(userData: string): Record<string, string> {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  return { ...(env as Record<string, string>), RECSMITH_USER_DATA: userData };
}

/** A window of the real app. */
export interface App {
  electron: ElectronApplication;
  page: Page;
  /** What the page said on its console, and what broke in it. */
  console: string[];
  /** The main process's and its children's standard error. */
  stderr: string[];
}

/** A start takes a second or two; on a busy machine ten. */
const attachMs = 30_000;
/** A killed main process's children end by themselves in less. */
const settleMs = 5_000;

/**
 * Starts the app under Playwright's debugger. Now and then, on a busy machine, Electron 25 never answers the debugger's first call, though the app is up and its
 * window is drawn: such a start is given up, said, and made once more. An app that does not come up fails the second time, too.
 */
async function attach(env: Record<string, string>): Promise<ElectronApplication> {
  const start = (): Promise<ElectronApplication> =>
    _electron.launch({
      executablePath,
      args: [...flags, join(root, 'test', 'e2e', 'support', 'awake-main.cjs')],
      env,
      timeout: attachMs,
    });
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof errors.TimeoutError)) throw error;
    process.stderr.write(`The debugger got no answer within ${attachMs} ms: one more start.\n`);
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    return start();
  }
}

/** Starts the app, with these settings in its environment, and waits until the window says that its engine is running. */
export async function launch(userData: string, settings: Record<string, string> = {}): Promise<App> {
  const electron = await attach({ ...appEnvironment(userData), ...settings });
  const stderr: string[] = [];
  const lines: string[] = [];
  electron.process().stderr?.on('data', (chunk: Buffer) => stderr.push(String(chunk)));
  const page = await electron.firstWindow();
  page.on('console', (message) => lines.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => lines.push(`pageerror: ${error.message}`));
  await expect(page.getByTestId('engine-state')).toHaveAttribute('data-state', 'running');
  return { electron, page, console: lines, stderr };
}

/** The app itself promises five seconds. */
const quitMs = 10_000;

/** Ends the app as a user does who lets jobs be stopped: a question that nobody sees would be waited for until the test gives up. */
export async function quit(app: App): Promise<void> {
  await app.electron
    .evaluate(({ dialog }) => {
      dialog.showMessageBox = (async () => ({ response: 2, checkboxChecked: false })) as never;
    })
    .catch(() => undefined); // It is gone already.
  const child = app.electron.process();
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, quitMs);
  await app.electron.close();
  clearTimeout(limit);
  if (late) throw new Error(`The app did not end within ${quitMs} ms.`);
}

/** What the app itself wrote about its processes. */
export function shellLog(userData: string): string {
  return readFileSync(join(userData, 'logs', 'shell.log'), 'utf8');
}

export async function openView(page: Page, view: string): Promise<void> {
  await page.getByTestId(`nav-${view}`).click();
  await expect(page.getByTestId(`view-${view}`)).toBeVisible();
}

/** The process of one of our entries, by the name it was started with. */
export function processId(app: App, name: 'engine' | 'trainer' | 'server'): Promise<number | undefined> {
  return app.electron.evaluate(
    ({ app: electronApp }, service) => electronApp.getAppMetrics().find((metric) => metric.name === `Recsmith ${service}`)?.pid,
    name,
  );
}

const pictures = resolve(root, process.env.RECSMITH_SCREENSHOTS ?? 'test-results/screenshots');

/** Pictures of the window as it is, in both themes, for people to look at. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  for (const theme of ['Light', 'Dark'] as const) {
    await page.emulateMedia({ colorScheme: theme === 'Dark' ? 'dark' : 'light' });
    await page.screenshot({ path: join(pictures, `${name}-${theme.toLowerCase()}.png`), animations: 'disabled' });
  }
  await page.emulateMedia({ colorScheme: null });
}

/** The next open-file dialog answers with these paths. */
export async function answerDialog(app: App, paths: string[]): Promise<void> {
  await app.electron.evaluate(({ dialog }, filePaths) => {
    dialog.showOpenDialog = (async () => ({ canceled: false, filePaths })) as never;
    dialog.showSaveDialog = (async () => ({ canceled: false, filePath: filePaths[0] })) as never;
  }, paths);
}

interface Fixtures {
  /** A settings folder of this test's own. */
  userData: string;
  app: App;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from the pattern.
  userData: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'recsmith-e2e-'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  app: async ({ userData }, use, info) => {
    const app = await launch(userData);
    await use(app);
    if (info.status !== info.expectedStatus) {
      await app.page.screenshot({ path: info.outputPath('window.png') }).catch(() => undefined);
      await info.attach('console', { body: app.console.join('\n') });
      await info.attach('stderr', { body: app.stderr.join('') });
      await info.attach('shell.log', { body: shellLog(userData) });
    }
    await quit(app);
  },
});

export { expect };
