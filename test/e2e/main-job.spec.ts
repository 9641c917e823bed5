import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type App, expect, launch, openView, processId, quit, root, test } from './support/app.ts';
import { viewNames } from './support/views.ts';

interface Answer {
  source: string;
  items: { item_id: string }[];
}

/** A port that nobody listens on: another program may have the one of the settings. */
function freePort(): Promise<number> {
  return new Promise((found) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => found(port));
    });
  });
}

/** One window for the whole story: its parts follow one another. */
test.describe.configure({ mode: 'serial' });

let userData = '';
let app: App;
/** How good the newest run is. */
let newest = '';
let url = '';
let user = '';
let shown = '';

test.beforeAll(async () => {
  userData = mkdtempSync(join(tmpdir(), 'recsmith-e2e-'));
  app = await launch(userData);
});
test.afterAll(async () => {
  await quit(app);
  rmSync(userData, { recursive: true, force: true });
});

test('one button builds a recommender on the sample and shows its metrics beside the baselines', async () => {
  test.setTimeout(480_000);
  const { page } = app;
  await page.getByTestId('build-recommender').click();
  await expect(page.getByTestId('pipeline-stage-serve')).toHaveAttribute('data-status', 'succeeded', { timeout: 460_000 });
  const table = page.getByTestId('metrics-table');
  await expect(table).toContainText('Popularity');
  await expect(table).toContainText('NDCG@10');
  await expect(page.getByTestId('status-device')).toContainText(/TensorFlow/);
});

test('serving can be switched, and answers over HTTP with the model', async () => {
  const { page } = app;
  await openView(page, 'serve');
  const serving = page.getByTestId('serve-switch');
  await expect(serving).toHaveAttribute('aria-checked', 'true');
  await serving.click();
  await expect(serving).toHaveAttribute('aria-checked', 'false');
  await page.getByLabel('Port').fill(String(await freePort()));
  await serving.click();
  url = (await page.getByTestId('server-url').textContent()) ?? '';
  await expect(page.getByTestId('status-server')).toContainText(url.replace('http://', ''));

  await page.getByRole('tab', { name: 'Try', exact: true }).click();
  const asked = page.getByLabel('user_id', { exact: true });
  await expect(asked).toHaveAttribute('placeholder', /./);
  user = (await asked.getAttribute('placeholder')) ?? '';
  const response = await fetch(`${url}/recommend/${encodeURIComponent(user)}?k=10`);
  const answer = (await response.json()) as Answer;
  expect(response.status).toBe(200);
  expect(answer.items).toHaveLength(10);
  expect(['ranker', 'retrieval']).toContain(answer.source);
  await expect(page.getByTestId('request-count')).not.toHaveText('0');

  await page.getByRole('button', { name: 'Send request' }).click();
  shown = answer.items[0]?.item_id ?? 'no item';
  await expect(page.getByTestId('try-result')).toContainText(shown);
});

test('the Playground shows what a user did and what comes next', async () => {
  await openView(app.page, 'playground');
  await expect(app.page.getByTestId('playground-recommendations').locator('li, tbody tr')).toHaveCount(10);
  await expect(app.page.getByLabel('History', { exact: true }).getByText('not trained on').first()).toBeVisible();
});

test('two models are set against each other, down to the lists of one user', async () => {
  test.setTimeout(180_000);
  const { page } = app;
  await openView(page, 'models');
  await page.locator('.model-item', { hasText: 'Popularity' }).click();
  await page.getByRole('button', { name: 'Train model' }).click();
  await expect(page.getByRole('heading', { name: 'Run: Popularity' })).toBeVisible({ timeout: 120_000 });
  // How it ended is seen without scrolling.
  await expect(page.getByTestId('run-verdict')).toBeInViewport();
  await expect(page.getByTestId('run-verdict')).toContainText(/ on NDCG@10 /);
  await expect(page.getByTestId('slices')).toContainText('head items');
  const ndcg = page.getByTestId('metrics-table').locator('tbody tr', { hasText: 'NDCG@10' }).locator('td').first();
  newest = /0\.\d{4}/.exec((await ndcg.textContent()) ?? '')?.[0] ?? 'no value';
  await page.getByText('Compare models', { exact: true }).click();
  await expect(page.getByRole('combobox', { name: 'Test of the runs' })).toHaveValue(/retrieval/);
  const picks = page.getByRole('checkbox', { name: /against another model/ });
  await expect(picks).toHaveCount(2);
  await picks.nth(1).check();
  await picks.nth(0).check();
  await expect(page.getByTestId('duel-verdict')).toContainText(/ Popularity on NDCG@10 by .+ better for/);
  await page.getByTestId('duel').getByRole('button', { name: /^u/ }).first().click();
  await expect(page.getByTestId('duel-user').getByTestId('playground-recommendations')).toHaveCount(2);
  await page.getByRole('button', { name: 'Close the lists' }).click();
  await expect(page.getByTestId('duel-untested')).toContainText(/Coverage@10.*Novelty@10.*Training.*Model size.*One list/s);
  // A run opens in sight, where the duel was; the pickers set it against any other again.
  await page.getByTestId('comparison-table').getByRole('button', { name: 'Popularity' }).click();
  await expect(page.getByRole('heading', { name: 'Run: Popularity' })).toBeInViewport();
  await expect(page.getByTestId('duel')).toHaveCount(0);
  const pick = async (name: string, index: number) => page.getByRole('combobox', { name }).selectOption({ index });
  await pick('First run of the duel', 1);
  await pick('Second run of the duel', 1);
  await expect(page.getByTestId('duel-verdict')).toBeVisible();
  await page.locator('.model-item', { hasText: 'Two-tower' }).click();
});

test('every view in both themes fits 1280 × 800', async () => {
  const { page } = app;
  const folder = resolve(root, process.env.RECSMITH_SCREENSHOTS ?? 'test-results/screenshots');
  mkdirSync(folder, { recursive: true });
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1280, 800));
  for (const theme of ['Light', 'Dark']) {
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.getByText(theme, { exact: true }).click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme.toLowerCase());
    for (const view of viewNames) {
      await openView(page, view);
      if (view === 'serve') {
        await page.getByRole('button', { name: 'Send request' }).click();
        await expect(page.getByTestId('try-result')).toContainText(shown);
      }
      await expect(page.locator('.bp6-skeleton, .skeleton')).toHaveCount(0);
      if (view === 'models') {
        await page.getByText('Compare models', { exact: true }).click();
        await expect(page.getByTestId('duel-verdict')).toBeVisible();
        await page.screenshot({ path: join(folder, `compare-${theme.toLowerCase()}.png`), animations: 'disabled' });
        await page.getByText('Train a model', { exact: true }).click();
      }
      // Nothing may be cut off at the side, and only the view scrolls: never the window itself.
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280);
      const cut = (titles: Element[]) => titles.filter((title) => title.scrollWidth > title.clientWidth).map((title) => title.textContent);
      expect(await page.locator('.panel-title').evaluateAll(cut)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(800);
      await page.screenshot({ path: join(folder, `${view}-${theme.toLowerCase()}.png`), animations: 'disabled' });
    }
  }
});

test('an event that the server took shows in Data', async () => {
  const { page } = app;
  const posted = await fetch(`${url}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ event_id: 'e2e-1', user_id: user, item_id: shown, event_type: 'bookmark' }),
  });
  expect(posted.status).toBe(202);
  await openView(page, 'data');
  await page.getByRole('tab', { name: 'Interactions' }).click();
  await expect(page.getByTestId('view-data')).toContainText('bookmark');
});

test('a server that is killed leaves the window and the data unharmed, and starts again at a click', async () => {
  const { page } = app;
  await openView(page, 'serve');
  process.kill((await processId(app, 'server')) ?? 0, 'SIGKILL');
  await expect(page.getByTestId('serve-switch')).toHaveAttribute('aria-checked', 'false');
  await expect(page.getByTestId('view-serve')).toContainText('stopped unexpectedly');
  await expect(page.getByTestId('engine-state')).toHaveAttribute('data-state', 'running');
  await page.getByTestId('serve-switch').click();
  await expect(page.getByTestId('serve-switch')).toHaveAttribute('aria-checked', 'true');
  url = (await page.getByTestId('server-url').textContent()) ?? '';
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test('a trainer that is killed fails its job in words; the window, the server and the data go on', async () => {
  const { page } = app;
  await openView(page, 'models');
  await page.getByRole('button', { name: 'Train model' }).click();
  await expect.poll(() => processId(app, 'trainer')).toBeDefined();
  process.kill((await processId(app, 'trainer')) ?? 0, 'SIGKILL');
  await openView(page, 'jobs');
  const job = page.getByTestId('jobs-table').locator('tbody tr').first();
  await expect(job).toContainText('Failed');
  await job.getByRole('button').click();
  await expect(page.getByTestId('view-jobs')).toContainText('The training process');
  await expect(page.getByTestId('engine-state')).toHaveAttribute('data-state', 'running');
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test('closed and opened again, the results and the event are still there without a click', async () => {
  await quit(app);
  app = await launch(userData);
  const { page } = app;
  await openView(page, 'home');
  await expect(page.getByTestId('metrics-table').locator('tbody tr').first()).toContainText(`Popularity${newest}`);
  await openView(page, 'data');
  await expect(page.getByTestId('view-data')).toContainText('bookmark');
  expect(app.console.filter((line) => /content security policy|pageerror|^error/i.test(line))).toEqual([]);
});
