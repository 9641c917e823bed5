import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, answerDialog, expect, launch, openView, processId, quit, root, shoot, test } from './support/app.ts';

/** A port that nobody listens on: another program may have the one of the settings. */
function freePort(): Promise<number> {
  return new Promise((found) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => found(port));
    });
  });
}

/** A small workspace with three bundles, made by the command line in seconds. The oldest is damaged afterwards. */
function makeWorkspace(folder: string): string {
  const workspace = join(folder, 'mine');
  const data = join(folder, 'data');
  const cli = (...words: string[]): string =>
    execFileSync(process.execPath, [join(root, 'dist', 'engine', 'cli.cjs'), ...words], {
      env: { ...process.env, RECSMITH_STATE: join(folder, 'state') },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  cli('generate', '--users', '120', '--items', '300', '--events', '4000', '--seed', '3', '--out', data);
  cli('init', workspace);
  cli('import', workspace, data);
  cli('train', workspace, '--model', 'ials');
  const { runs } = JSON.parse(cli('runs', workspace, '--json')) as { runs: { run_id: string; model: string }[] };
  const run = runs.find(({ model }) => model === 'ials')?.run_id ?? '';
  cli('index', workspace, '--run', run);
  for (let at = 0; at < 3; at++) cli('bundle', workspace, '--run', run);
  return workspace;
}

const bundlesOf = (workspace: string): string[] => readdirSync(join(workspace, 'bundles')).sort();

/** One window for the whole story: its parts follow one another. */
test.describe.configure({ mode: 'serial' });

let folder = '';
let workspace = '';
let app: App;
let url = '';

test.beforeAll(async () => {
  test.setTimeout(180_000);
  folder = mkdtempSync(join(tmpdir(), 'recsmith-e2e-'));
  workspace = makeWorkspace(folder);
  app = await launch(join(folder, 'settings'));
  await answerDialog(app, [workspace]);
  await app.page.getByRole('button', { name: 'Open workspace' }).first().click();
  await expect(app.page.getByRole('button', { name: /^Workspace:/ })).toContainText('mine');
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1280, 800));
});
test.afterAll(async () => {
  await quit(app);
  rmSync(folder, { recursive: true, force: true });
});

const tab = (name: string) => app.page.getByRole('tab', { name, exact: true });

test('the switch starts the newest bundle, and says where, which and who may ask', async () => {
  const { page } = app;
  await openView(page, 'serve');
  const serving = page.getByTestId('serve-switch');
  await expect(serving).toHaveAttribute('aria-checked', 'false');
  await expect(page.getByTestId('view-serve')).toContainText('Nothing is served');
  await expect(page.getByTestId('status-server')).toHaveText('Not serving');
  await page.getByLabel('Port').fill('none');
  await expect(page.getByTestId('view-serve')).toContainText('Enter a port from 1 to 65535');
  await expect(serving).toBeDisabled();
  await page.getByLabel('Port').fill(String(await freePort()));
  await serving.click();
  url = (await page.getByTestId('server-url').textContent()) ?? '';
  await expect(page.getByTestId('status-server')).toContainText(url.replace('http://', ''));
  await expect(page.getByTestId('badge-auth')).toHaveText('Open');
  await expect(page.getByTestId('badge-tls')).toHaveText('No TLS');
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test('any route can be tried with a form of its own, and its answer is read in words and tables', async () => {
  const { page } = app;
  // Arrow keys go from tab to tab.
  await tab('Traffic').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(tab('Try')).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByTestId('try-path')).toHaveText(/^GET \/recommend\/u\w*\d+$/);
  await page.getByLabel('k', { exact: true }).fill('7');
  await page.getByRole('button', { name: 'Send request' }).click();
  const result = page.getByTestId('try-result');
  await expect(result.locator('tbody tr')).toHaveCount(7);
  await expect(page.getByTestId('try-code')).toContainText(`curl '${url}/recommend/`);
  await expect(page.getByTestId('request-count')).not.toHaveText('0');
  await shoot(page, 'serve-try');
  await page.getByLabel('k', { exact: true }).fill('501');
  await page.getByRole('button', { name: 'Send request' }).click();
  await expect(page.getByTestId('view-serve')).toContainText('Out of range: 1 to 500.');

  await page.getByLabel('Route', { exact: true }).selectOption('GET /similar/{item_id}');
  await page.getByLabel('item_id', { exact: true }).fill('nothing-like-it');
  await page.getByRole('button', { name: 'Send request' }).click();
  await expect(page.locator('.answer-problem')).toContainText('nothing-like-it');
  await expect(page.locator('.answer .http-status')).toHaveText('404');

  await page.getByLabel('Route', { exact: true }).selectOption('POST /events');
  await page.getByLabel('item_id', { exact: true }).fill('i1');
  await page.getByText('JSON', { exact: true }).first().click();
  await expect(page.getByLabel('Body as JSON')).toHaveValue(/"item_id": "i1"/);
  await page.getByRole('button', { name: 'Send request' }).click();
  await expect(page.locator('.answer .http-status')).toHaveText('202');
  await expect(page.getByTestId('event-count')).toHaveText('1');
});

test('another version is served at a click, and no request is dropped', async () => {
  const { page } = app;
  await tab('Versions').click();
  const rows = page.getByTestId('versions-table').locator('tbody tr');
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(0)).toContainText('serving');
  const statuses: number[] = [];
  let asking = true;
  const client = (async () => {
    while (asking) statuses.push((await fetch(`${url}/health`)).status);
  })();
  await rows
    .nth(1)
    .getByRole('button', { name: /^Roll back/ })
    .click();
  await expect(rows.nth(1)).toContainText('serving');
  await expect(rows.nth(0).getByRole('button', { name: /^Activate/ })).toBeEnabled();
  asking = false;
  await client;
  expect(statuses.length).toBeGreaterThan(10);
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
  const served = (await rows.nth(1).locator('.id-text').textContent()) ?? '';
  const health = (await (await fetch(`${url}/health`)).json()) as { model_version: string };
  expect(served).toContain(health.model_version);
  await shoot(page, 'serve-versions');
});

test('a damaged version is refused in words, and the one before goes on', async () => {
  const { page } = app;
  const rows = page.getByTestId('versions-table').locator('tbody tr');
  const damaged = (await rows.nth(2).locator('.id-text').textContent()) ?? '';
  expect(bundlesOf(workspace)).toContain(damaged);
  const path = join(workspace, 'bundles', damaged);
  const file = readdirSync(path).find((name) => name !== 'bundle.json') ?? '';
  appendFileSync(join(path, file), 'x');
  await rows
    .nth(2)
    .getByRole('button', { name: /^Roll back/ })
    .click();
  await expect(page.getByTestId('swap-refused')).toContainText(/is not served\..+ goes on answering/);
  await expect(page.getByTestId('swap-refused')).toContainText(file);
  await expect(rows.nth(1)).toContainText('serving');
  expect((await fetch(`${url}/health`)).status).toBe(200);
  await shoot(page, 'serve-refused');
});

test('requests are listed as they come, with their bodies, and can be sent again', async () => {
  const { page } = app;
  await tab('Requests').click();
  await fetch(`${url}/similar/nothing-at-all?k=3`);
  await fetch(`${url}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ event_id: 'seen-1', user_id: 'u1', item_id: 'i1' }),
  });
  const rows = page.getByTestId('request-log').locator('.grid-row');
  await expect(rows.filter({ hasText: '/similar/nothing-at-all' })).toContainText('404');
  await page.getByLabel('Filter requests by status').selectOption('errors');
  await expect(rows.filter({ hasText: '/events' })).toHaveCount(0);
  await page.getByLabel('Filter requests by status').selectOption('all');
  await rows.filter({ hasText: '/events' }).first().click();
  const detail = page.getByTestId('request-detail');
  await expect(detail).toContainText('seen-1');
  await shoot(page, 'serve-requests');
  await detail.getByRole('button', { name: 'Send again' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Send again' }).click();
  await expect(detail).toContainText('"duplicates": 1');
  await tab('Traffic').click();
  await expect(page.getByTestId('traffic-rate').locator('figcaption')).toContainText('requests in the last');
  await expect(page.locator('.skeleton')).toHaveCount(0);
  await shoot(page, 'serve-traffic');
});

test('keys are made, shown once and revoked, and the server asks for them from the next request on', async () => {
  const { page } = app;
  await tab('Keys').click();
  await page.getByText('Ask every request for a key').click({ timeout: 15_000 });
  await expect(page.getByTestId('badge-auth')).toHaveText('Keys asked');
  expect((await fetch(`${url}/recommend/u1`)).status).toBe(401);
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('Name').fill('shop');
  await page.getByRole('button', { name: 'Make key' }).click();
  const key = (await page.getByTestId('new-key').textContent()) ?? '';
  await page.getByRole('button', { name: 'Close' }).last().click();
  await expect(page.getByTestId('view-serve')).not.toContainText(key);
  const ask = async () => (await fetch(`${url}/recommend/u1`, { headers: { authorization: `Bearer ${key}` } })).status;
  expect(await ask()).toBe(200);
  await expect(page.getByTestId('audit-log')).toContainText('Chain whole');
  await shoot(page, 'serve-keys');
  await page.getByRole('button', { name: 'Revoke shop' }).click();
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await expect(page.getByTestId('keys-table')).toContainText('revoked');
  expect(await ask()).toBe(401);
  await page.getByText('Ask every request for a key').click();
  await expect(page.getByTestId('badge-auth')).toHaveText('Open');
});

test('what the engine does not answer is said in words, and the rest of the page goes on', async () => {
  const { page } = app;
  await tab('Try').click();
  await page.getByLabel('Route', { exact: true }).selectOption('GET /health');
  process.kill((await processId(app, 'server')) ?? 0, 'SIGKILL');
  await expect(page.getByTestId('status-server')).toHaveText('Server failed');
  await expect(page.getByTestId('view-serve')).toContainText('stopped unexpectedly');
  await expect(page.getByTestId('serve-switch')).toContainText('Failed');
  await expect(page.getByRole('button', { name: 'Send request' })).toBeDisabled();
  await page.getByTestId('serve-switch').click();
  await expect(page.getByTestId('serve-switch')).toContainText('Serving');
  await page.getByRole('button', { name: 'Send request' }).click();
  await expect(page.locator('.answer .http-status')).toHaveText('200');
  expect(app.console.filter((line) => /content security policy|pageerror|^error/i.test(line))).toEqual([]);
});
