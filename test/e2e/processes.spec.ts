import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  type App,
  answerDialog,
  appEnvironment,
  expect,
  flags,
  launch,
  openView,
  processId,
  quit,
  root,
  shellLog,
  test,
} from './support/app.ts';

/** Watches the banner from inside the page: it may come and go faster than anyone asks from outside. */
async function watchEngine(app: App): Promise<() => Promise<{ state: string; at: number }[]>> {
  await app.page.evaluate(() => {
    const seen: { state: string; at: number }[] = [];
    Object.assign(window, { seenStates: seen });
    const banner = document.querySelector('[data-testid="engine-state"]');
    const note = (): void => {
      seen.push({ state: banner?.getAttribute('data-state') ?? '', at: Date.now() });
    };
    if (banner) new MutationObserver(note).observe(banner, { attributes: true, attributeFilter: ['data-state'] });
  });
  return () => app.page.evaluate(() => (window as unknown as { seenStates: { state: string; at: number }[] }).seenStates);
}

/** A workspace with three interactions, made through the window. */
async function importThree(app: App, userData: string): Promise<string> {
  const { page } = app;
  const workspace = join(userData, 'mine');
  await answerDialog(app, [workspace]);
  await page.getByRole('button', { name: 'Create workspace' }).click();
  await expect(page.getByRole('button', { name: /^Workspace:/ })).toContainText('mine');
  const file = join(userData, 'three.csv');
  writeFileSync(file, 'user_id,item_id,timestamp\na,x,2024-01-01T00:00:00Z\na,y,2024-01-02T00:00:00Z\nb,x,2024-01-03T00:00:00Z\n');
  await answerDialog(app, [file]);
  await openView(page, 'data');
  await page.getByRole('button', { name: 'Import file' }).first().click();
  await page.getByTestId('import-dialog').getByRole('button', { name: 'Import file' }).click();
  await expect(page.getByTestId('import-accepted')).toContainText('3');
  await page.getByTestId('import-dialog').getByRole('button', { name: 'Open Data' }).click();
  return workspace;
}

test('an engine that is killed is announced within a second and runs again within three, with its workspace', async ({ app, userData }) => {
  const { page } = app;
  await importThree(app, userData);
  const states = await watchEngine(app);
  const killed = Date.now();
  process.kill((await processId(app, 'engine')) ?? 0, 'SIGKILL');
  await expect.poll(async () => (await states()).at(-1)?.state).toBe('running');
  const seen = await states();
  expect(seen[0]?.state).not.toBe('running');
  expect((seen[0]?.at ?? 0) - killed).toBeLessThan(1000);
  expect((seen.find(({ state }) => state === 'running')?.at ?? 0) - killed).toBeLessThan(3000);
  await expect(page.getByRole('button', { name: /^Workspace:/ })).toContainText('mine');
  await openView(page, 'data');
  await expect(page.getByRole('table', { name: 'Rows of interactions' })).toContainText('b');
  expect(shellLog(userData)).toMatch(/engine ended: code \d+, unasked, attempt 1/);
});

test('an answer about the machine that comes late takes nothing back: the workspace and the import stay', async ({ app, userData }) => {
  const { page } = app;
  await importThree(app, userData);
  // TensorFlow is asked for in a process of its own, and answers after seconds.
  await expect(page.getByTestId('status-device')).toContainText(/TensorFlow/, { timeout: 60_000 });
  await expect(page.getByRole('button', { name: /^Workspace:/ })).toContainText('mine');
  await openView(page, 'jobs');
  await expect(page.getByTestId('jobs-table').locator('tbody tr').first()).toContainText('Import three.csv');
});

test('a first start shows the ways in; the next one has the workspace open that was open last', async ({ userData }) => {
  const first = await launch(userData);
  await expect(first.page.getByTestId('view-home')).toBeVisible();
  for (const name of ['Open sample', 'Open workspace', 'Create workspace']) {
    await expect(first.page.getByTestId('view-home').getByRole('button', { name }).first()).toBeVisible();
  }
  await importThree(first, userData);
  await quit(first);
  const second = await launch(userData);
  await expect(second.page.getByRole('button', { name: /^Workspace:/ })).toContainText('mine');
  await openView(second.page, 'data');
  await expect(second.page.getByRole('table', { name: 'Rows of interactions' })).toContainText('b');
  await quit(second);
});

test('a workspace that is gone at the next start is named, and the window can be used', async ({ userData }) => {
  const first = await launch(userData);
  const workspace = await importThree(first, userData);
  await quit(first);
  renameSync(workspace, `${workspace}-elsewhere`);
  const second = await launch(userData);
  await expect(second.page.getByRole('alert')).toContainText(workspace);
  await openView(second.page, 'home');
  await expect(second.page.getByRole('alert')).toContainText('The workspace that was open last is not open now');
  await quit(second);
});

test('a workspace that another process has open at the next start is named with that process, and the window can be used', async ({
  userData,
}) => {
  const first = await launch(userData);
  const workspace = await importThree(first, userData);
  await quit(first);
  const other = await launch(join(userData, 'other'));
  await answerDialog(other, [workspace]);
  await other.page.getByRole('button', { name: 'Open workspace' }).first().click();
  await expect(other.page.getByRole('button', { name: /^Workspace:/ })).toContainText('mine');
  const holder = await processId(other, 'engine');

  const second = await launch(userData);
  const { page } = second;
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('The workspace that was open last is not open now');
  await expect(alert).toContainText(workspace);
  await expect(alert).toContainText(`the Recsmith window (process ${holder}`);
  // Another workspace can be made meanwhile.
  await answerDialog(second, [join(userData, 'meanwhile')]);
  await openView(page, 'home');
  await page.getByRole('button', { name: 'Create workspace' }).first().click();
  await expect(page.getByRole('button', { name: /^Workspace:/ })).toContainText('meanwhile');
  await expect(alert).toHaveCount(0);
  // A try while it is still held says the same; once it is let go of, it opens.
  await page.getByRole('button', { name: 'Open mine' }).click();
  await expect(page.getByTestId('view-home')).toContainText(`process ${holder}`);
  await quit(other);
  await page.getByRole('button', { name: 'Open mine' }).click();
  await expect(page.getByRole('button', { name: /^Workspace:/ })).toContainText('mine');
  await openView(page, 'data');
  await expect(page.getByRole('table', { name: 'Rows of interactions' })).toContainText('b');
  await quit(second);
});

test('the sample shows its data without a build, after a job that says how far it is', async ({ app }) => {
  const { page } = app;
  await page.getByRole('button', { name: 'Open sample' }).first().click();
  await openView(page, 'data');
  await expect(page.getByRole('table', { name: 'Rows of interactions' })).toContainText('u0', { timeout: 60_000 });
  await openView(page, 'jobs');
  await expect(page.getByTestId('jobs-table').locator('tbody tr')).toHaveCount(1);
  await expect(page.getByTestId('jobs-table')).toContainText('Bring the sample data');
});

test('an engine that does not answer any more holds a quit up for less than five seconds, and nothing is left', async ({ userData }) => {
  test.skip(process.platform === 'win32', 'Windows cannot stop a process and let it live.');
  const app = await launch(userData);
  const engine = (await processId(app, 'engine')) ?? 0;
  process.kill(engine, 'SIGSTOP');
  const ended = new Promise((done) => app.electron.process().once('exit', done));
  const asked = Date.now();
  await quit(app);
  await ended;
  expect(Date.now() - asked).toBeLessThan(5500);
  expect(() => process.kill(engine, 0)).toThrow();
  expect(shellLog(userData)).toContain('engine killed: it did not close');
});

test('when the main process is killed, nothing of it is left within five seconds', async ({ userData }) => {
  const app = await launch(userData);
  const pids = await app.electron.evaluate(({ app: electronApp }) => electronApp.getAppMetrics().map(({ pid }) => pid));
  expect(pids.length).toBeGreaterThan(3);
  app.electron.process().kill('SIGKILL');
  const alive = (): number[] =>
    pids.filter((pid) => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    });
  await expect.poll(alive, { timeout: 5000 }).toEqual([]);
});

test('a second start with the same settings gives way to the first', async ({ app, userData }) => {
  const electron = createRequire(join(root, 'package.json'))('electron') as string;
  const second = spawn(electron, [...flags, root], { env: appEnvironment(userData), stdio: 'ignore' });
  const code = await new Promise((done) => second.once('exit', done));
  expect(code).toBe(0);
  await expect(app.page.getByTestId('engine-state')).toHaveAttribute('data-state', 'running');
});

test('the window opens where and as large as it was closed', async ({ userData }) => {
  const bounds = { x: 40, y: 30, width: 1100, height: 700 };
  const first = await launch(userData);
  await first.electron.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setBounds(to), bounds);
  await quit(first);
  const second = await launch(userData);
  const found = await second.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
  await quit(second);
  expect(found).toEqual(bounds);
});

test('closing the window while a job runs asks first; keeping it open harms nothing, stopping ends the app', async ({ userData }) => {
  const app = await launch(userData);
  const answerQuestion = (response: number): Promise<void> =>
    app.electron.evaluate(({ dialog }, choice) => {
      dialog.showMessageBox = (async (_window: unknown, options: { message: string }) => {
        Object.assign(globalThis, { asked: options.message });
        return { response: choice, checkboxChecked: false };
      }) as never;
    }, response);
  const close = (): Promise<void> =>
    app.electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.close();
    });

  await app.page.getByTestId('build-recommender').click();
  await expect(app.page.getByTestId('status-job')).toBeVisible();
  await answerQuestion(0);
  await close();
  await expect.poll(() => app.electron.evaluate(() => (globalThis as { asked?: string }).asked)).toBe('A job is still running');
  await expect(app.page.getByTestId('status-job')).toBeVisible();
  await answerQuestion(2);
  const ended = new Promise((done) => app.electron.process().once('exit', done));
  await close();
  expect(await ended).toBe(0);
});
