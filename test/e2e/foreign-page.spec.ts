import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { appEnvironment, executablePath, expect, flags, root, test } from './support/app.ts';

// A page of another port of this machine, in a real browser, against a real server that asks nobody for a key: it can neither read nor cause anything.

const cli = join(root, 'dist', 'engine', 'cli.cjs');
let browser: ElectronApplication;
let page: Page;
let server: ChildProcess;
let url = '';
let port = '';
let web: Server;
let webPort = 0;
let workspace = '';

test.beforeAll(async ({ browserName: _ }, info) => {
  test.setTimeout(240_000);
  const folder = info.outputPath('served');
  workspace = join(folder, 'w');
  const env = { ...process.env, RECSMITH_STATE: join(folder, 'state') };
  const recsmith = (...words: string[]) => execFileSync(process.execPath, [cli, ...words], { env, stdio: 'pipe' });
  recsmith('generate', '--users', '120', '--items', '80', '--events', '6000', '--seed', '7', '--out', join(folder, 'data'));
  recsmith('init', workspace);
  recsmith('import', workspace, join(folder, 'data', 'interactions.csv'));
  recsmith('build', workspace, '--set', 'epochs=1');
  server = spawn(process.execPath, [cli, 'serve', workspace, '--port', '0', '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: server.stdout as NodeJS.ReadableStream })) {
    url = (JSON.parse(line) as { url: string }).url;
    break;
  }
  port = new URL(url).port;
  web = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>elsewhere</title><body></body>');
  });
  await new Promise<void>((ready) => web.listen(0, '127.0.0.1', ready));
  webPort = (web.address() as AddressInfo).port;
  browser = await _electron.launch({
    executablePath,
    args: [...flags, join(root, 'test', 'e2e', 'support', 'browser-main.cjs')],
    env: appEnvironment(info.outputPath('settings')),
  });
  page = await browser.firstWindow();
});
test.afterAll(async () => {
  await browser?.close();
  web?.close();
  if (server && server.exitCode === null) {
    server.kill('SIGINT');
    await new Promise((resolve) => server.once('exit', resolve));
  }
});

/** Shows a page by the window's own means. */
const show = async (address: string): Promise<void> => {
  await browser.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.loadURL(to), address);
  await expect.poll(() => page.url()).toContain(new URL(address).host);
};

/** Everything a page can try, in the page. What it could read or load is told; nothing should be. */
async function attack(target: string): Promise<string[]> {
  const got: string[] = [];
  const settle = (promise: Promise<unknown>): Promise<unknown> => Promise.race([promise, new Promise((done) => setTimeout(done, 3000))]);
  const reads = ['/recommend/u0001', '/events', '/metrics', '/health', '/admin/keys', '/admin/audit', '/openapi.json', '/docs', '/nothing'];
  const writes: [string, unknown][] = [
    ['/events', { user_id: 'evil', item_id: 'i1' }],
    ['/log_event', { user_id: 'evil', item_id: 'i1' }],
    ['/api/track', { user_id: 'evil', item_id: 'i1' }],
    ['/admin/keys', { name: 'evil', role: 'admin' }],
    ['/admin/train', {}],
    ['/admin/reindex', {}],
    ['/admin/precompute', {}],
  ];
  const fetched = async (what: string, path: string, init: RequestInit): Promise<void> => {
    try {
      const answer = await fetch(target + path, init);
      const text = await answer.text();
      if (answer.type !== 'opaque' || text !== '') got.push(`${what} ${path}: ${answer.status} ${text.slice(0, 40)}`);
    } catch {
      // As it should be.
    }
  };
  for (const path of reads) {
    for (const mode of ['cors', 'no-cors'] as const) await fetched(`GET ${mode}`, path, { mode, credentials: 'include' });
  }
  for (const [path, body] of writes) {
    const text = JSON.stringify(body);
    await fetched('POST json', path, { method: 'POST', body: text, headers: { 'content-type': 'application/json' } });
    await fetched('POST simple', path, { method: 'POST', body: text, mode: 'no-cors' });
    await fetched('POST of nothing', path, { method: 'POST', mode: 'no-cors' });
    await fetched('POST no-cors json', path, {
      method: 'POST',
      mode: 'no-cors',
      body: new Blob([text], { type: 'text/plain;application/json' }),
    });
    navigator.sendBeacon(target + path, new Blob([text], { type: 'application/json' }));
    navigator.sendBeacon(target + path, text);
  }
  await fetched('DELETE', '/admin/keys/abcdefgh', { method: 'DELETE' });
  const element = (tag: string, attributes: Record<string, string>): Promise<void> =>
    new Promise((done) => {
      const made = Object.assign(document.createElement(tag), attributes);
      made.addEventListener('load', () => {
        got.push(`<${tag}> ${JSON.stringify(attributes)}`);
        done();
      });
      made.addEventListener('error', () => done());
      document.body.append(made);
    });
  await settle(element('img', { src: `${target}/docs/favicon-32x32.png` }));
  await settle(element('script', { src: `${target}/docs/swagger-ui-bundle.js` }));
  await settle(element('link', { rel: 'stylesheet', href: `${target}/docs/swagger-ui.css` }));
  const script = document.createElement('script');
  await settle(
    new Promise((done) => {
      script.src = `${target}/recommend/u0001`;
      script.onload = () => got.push('<script> of a list') && done(null);
      script.onerror = done;
      document.body.append(script);
    }),
  );
  for (const [path, body] of writes) {
    // A form that sends JSON as text, into a frame: no Origin is asked for before.
    const frame = Object.assign(document.createElement('iframe'), { name: `frame${path}` });
    const form = Object.assign(document.createElement('form'), {
      method: 'POST',
      action: target + path,
      enctype: 'text/plain',
      target: frame.name,
    });
    const text = JSON.stringify(body);
    form.append(Object.assign(document.createElement('input'), { name: `${text.slice(0, -1)},"x":"`, value: '"}' }));
    document.body.append(frame, form);
    form.submit();
  }
  await settle(
    new Promise((done) => {
      const socket = new WebSocket(`${target.replace('http', 'ws')}/events`);
      socket.onopen = () => got.push('WebSocket') && done(null);
      socket.onerror = done;
    }),
  );
  await settle(
    new Promise((done) => {
      const source = new EventSource(`${target}/events`);
      source.onopen = () => got.push('EventSource') && done(null);
      source.onerror = done;
    }),
  );
  await new Promise((done) => setTimeout(done, 500));
  for (const frame of document.querySelectorAll('iframe')) {
    try {
      const text = frame.contentDocument?.body?.innerText;
      if (text && frame.contentWindow?.location.href.startsWith('http')) got.push(`frame: ${text.slice(0, 40)}`);
    } catch {
      // Of another origin: not to be read.
    }
  }
  return got;
}

/** Nothing was received, no key was made, nothing was asked of the engine. */
function causedNothing(): void {
  const events = join(workspace, 'events');
  for (const name of readdirSync(events).filter((file) => file.endsWith('.log')))
    expect(readFileSync(join(events, name), 'utf8')).not.toContain('evil');
  const security = join(workspace, 'server-security');
  expect(readdirSync(security)).not.toContain('keys.json');
  const actions = readFileSync(join(security, 'audit.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).action);
  expect(actions).toEqual(['server.start']);
}

test('the server is there, for programs', async () => {
  expect((await fetch(`${url}/health`)).status).toBe(200);
  expect((await fetch(`${url}/recommend/u0001`)).status).toBe(200);
});

for (const [name, host] of [
  ['another port of this machine', '127.0.0.1'],
  ['another name of this machine', 'localhost'],
  ['a site elsewhere', 'www.rebound.test'],
] as const) {
  test(`a page of ${name} can neither read nor cause anything`, async () => {
    await show(`http://${host}:${webPort}/`);
    expect(await page.evaluate(attack, url)).toEqual([]);
    causedNothing();
  });
}

test('a name that is made to lead here after its page was loaded gets nothing either', async () => {
  // The page comes from the attacker; from then on its name leads here, so that the browser takes this server for the page's own.
  const address = `http://www.rebound.test:${port}/page`;
  await page.route(address, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>elsewhere</title>' }));
  await show(address);
  await expect(page).toHaveTitle('elsewhere');
  const answers = await page.evaluate(async () => {
    const texts: string[] = [];
    for (const path of ['/recommend/u0001', '/metrics', '/docs']) texts.push(await (await fetch(path)).text());
    const body = JSON.stringify({ user_id: 'evil', item_id: 'i1' });
    texts.push(await (await fetch('/events', { method: 'POST', body, headers: { 'content-type': 'application/json' } })).text());
    return texts;
  });
  expect(answers).toHaveLength(4);
  for (const text of answers) expect(JSON.parse(text)).toMatchObject({ status: 403, code: 'forbidden' });
  causedNothing();
});

test('its own documentation page works in the same browser', async () => {
  await show(`${url}/docs`);
  await expect(page.getByText('Recsmith recommendations').first()).toBeVisible();
  const own = await page.evaluate(async () => (await fetch('/recommend/u0001')).status);
  expect(own).toBe(200);
});
