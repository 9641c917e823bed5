import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type App, expect, launch, openView, test } from './support/app.ts';
import { viewNames } from './support/views.ts';

// The points of Electron's security guide, checked in the running app. Fuses: package.spec.ts; senders of messages: test/electron/ipc.test.ts.

const page = 'app://recsmith/index.html';
let app: App;
let web: Server;
let webUrl = '';
let webRequests = 0;

test.beforeAll(async ({ browserName: _ }, info) => {
  app = await launch(info.outputPath('settings'));
  web = createServer((_request, response) => {
    webRequests += 1;
    response.end('outside');
  });
  await new Promise<void>((ready) => web.listen(0, '127.0.0.1', ready));
  webUrl = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
});
test.afterAll(async () => {
  await app.electron.close();
  web.close();
});

const windows = (): Promise<number> => app.electron.evaluate(({ webContents }) => webContents.getAllWebContents().length);

test('1, 7: through every view the window asks for its own files only, and its policy is never broken', async () => {
  await app.electron.evaluate(({ session }) => {
    const asked: string[] = [];
    Object.assign(globalThis, { asked });
    session.defaultSession.webRequest.onCompleted(({ url }) => asked.push(url));
    session.defaultSession.webRequest.onErrorOccurred(({ url }) => asked.push(url));
  });
  await app.page.reload();
  for (const view of viewNames) await openView(app.page, view);
  const asked = await app.electron.evaluate(() => (globalThis as unknown as { asked: string[] }).asked);
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((url) => !/^(app:\/\/recsmith\/|data:|blob:app:\/\/recsmith\/)/.test(url))).toEqual([]);
  expect(app.console.filter((line) => /refused|violates|content security policy/i.test(line))).toEqual([]);
});

test('2: a page has no Node', async () => {
  const types = await app.page.evaluate(() =>
    ['require', 'process', 'Buffer', 'module', 'global'].map((name) => typeof Reflect.get(window, name)),
  );
  expect(types).toEqual(Array(5).fill('undefined'));
});

test('3, 4, 6, 8–12: the window is isolated, sandboxed and without experiments', async () => {
  const preferences = await app.electron.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => (contents as unknown as { getLastWebPreferences(): object }).getLastWebPreferences()),
  );
  expect(preferences).toHaveLength(1);
  expect(preferences[0]).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    webviewTag: false,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
  });
});

test('3: what a page does to its own objects does not reach the preload script', async () => {
  const hidden = await app.page.evaluate(() => {
    Object.assign(Object.prototype, { polluted: 'yes' });
    return ['ipcRenderer', 'contextBridge', 'webUtils'].filter((name) => Reflect.has(window, name));
  });
  const isolated = await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScriptInIsolatedWorld(999, [{ code: 'typeof ({}).polluted' }]),
  );
  await app.page.evaluate(() => Reflect.deleteProperty(Object.prototype, 'polluted'));
  expect(hidden).toEqual([]);
  expect(isolated).toBe('undefined');
});

test('5: every permission is denied', async () => {
  const states = await app.page.evaluate(async () => {
    const query = async (name: string): Promise<string> => (await navigator.permissions.query({ name } as never)).state;
    const refused = async (ask: () => Promise<unknown>): Promise<string> =>
      ask().then(
        () => 'granted',
        () => 'denied',
      );
    return [
      await Notification.requestPermission(),
      await refused(() => navigator.mediaDevices.getUserMedia({ audio: true, video: true })),
      await refused(() => new Promise((ok, no) => navigator.geolocation.getCurrentPosition(ok, no))),
      await refused(() => navigator.clipboard.readText()),
      await query('camera'),
      await query('geolocation'),
      await query('notifications'),
    ];
  });
  expect(states).toEqual(Array(7).fill('denied'));
});

test('6: nothing is fetched from elsewhere, not even from this machine', async () => {
  const before = webRequests;
  const outcomes = await app.page.evaluate(
    (urls) =>
      Promise.all(
        urls.map((url) =>
          fetch(url).then(
            () => 'answered',
            () => 'failed',
          ),
        ),
      ),
    [webUrl, 'https://example.com/', 'file:///etc/passwd'],
  );
  expect(outcomes).toEqual(['failed', 'failed', 'failed']);
  // Even where the page's own policy does not ask: the session lets nothing out.
  const direct = await app.electron.evaluate(async ({ session }, url) => {
    const { fetch: sessionFetch } = session.defaultSession as unknown as { fetch(url: string): Promise<unknown> };
    return sessionFetch.call(session.defaultSession, url).then(
      () => 'answered',
      () => 'failed',
    );
  }, webUrl);
  expect(direct).toBe('failed');
  expect(webRequests).toBe(before);
});

test('7: the policy allows scripts from files only, and an inline script does not run', async () => {
  const policy = await app.page.evaluate(async () => (await fetch('app://recsmith/index.html')).headers.get('content-security-policy'));
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  await app.page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.inlineRan = true';
    document.body.append(script);
    const image = document.createElement('div');
    image.innerHTML = '<img src="x" onerror="window.inlineRan = true">';
    document.body.append(image);
    setTimeout('window.inlineRan = true');
  });
  await app.page.waitForTimeout(300);
  expect(await app.page.evaluate(() => 'inlineRan' in window)).toBe(false);
});

test('11, 12: a webview tag makes no page', async () => {
  const before = await windows();
  await app.page.evaluate((src) => document.body.append(Object.assign(document.createElement('webview'), { src })), webUrl);
  await app.page.waitForTimeout(300);
  expect(await windows()).toBe(before);
});

test('13: the window cannot be led to another page', async () => {
  await app.page.evaluate((url) => {
    const link = Object.assign(document.createElement('a'), { href: url, textContent: 'out' });
    const form = Object.assign(document.createElement('form'), { action: url, method: 'get' });
    const meta = document.createElement('meta');
    meta.httpEquiv = 'refresh';
    meta.content = `0; url=${url}`;
    document.body.append(link, form);
    document.head.append(meta);
    link.click();
    form.submit();
    window.location.assign(url);
  }, webUrl);
  await app.page.evaluate(() => window.location.assign('file:///etc/passwd')).catch(() => undefined);
  await app.page.evaluate(() => window.location.assign('app://recsmith/assets/')).catch(() => undefined);
  await app.page.waitForTimeout(500);
  const [url, state] = await app.electron.evaluate(async ({ webContents }) => {
    const [contents] = webContents.getAllWebContents();
    return [contents?.getURL(), await contents?.executeJavaScript('document.querySelector("[data-testid=engine-state]").dataset.state')];
  });
  expect([url, state]).toEqual([page, 'running']);
});

test('14, 15: no second window opens, and only allowed links reach the browser', async () => {
  const before = await windows();
  await app.electron.evaluate(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { opened });
    shell.openExternal = async (url) => {
      opened.push(url);
    };
  });
  const docs = 'http://127.0.0.1:8000/docs';
  await app.page.evaluate((allowed) => {
    for (const url of ['https://example.com/', 'file:///etc/passwd', 'smb://host/share', 'app://recsmith/index.html', allowed])
      window.open(url);
    const link = Object.assign(document.createElement('a'), { href: 'https://example.com/', target: '_blank' });
    document.body.append(link);
    link.click();
    link.dispatchEvent(new MouseEvent('click', { button: 1, ctrlKey: true }));
  }, docs);
  await app.page.waitForTimeout(300);
  expect(await windows()).toBe(before);
  expect(await app.electron.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)).toEqual([docs]);
});

test('17, 20: the page gets these functions and no way to any other channel; frames in it get none', async () => {
  const bridge = await app.page.evaluate(() => Object.keys((window as unknown as { recsmith: object }).recsmith).sort());
  expect(bridge).toEqual(
    [
      'chooseFiles',
      'chooseSaveFile',
      'copyText',
      'onEngineState',
      'pathForFile',
      'platform',
      'requestEnginePort',
      'setTheme',
      'showFolder',
    ].sort(),
  );
  const inFrame = await app.page.evaluate(
    () =>
      new Promise((done) => {
        const frame = document.createElement('iframe');
        frame.onload = () => done(Reflect.has(frame.contentWindow ?? {}, 'recsmith'));
        frame.srcdoc = '<p>frame</p>';
        document.body.append(frame);
      }),
  );
  expect(inFrame).toBe(false);
  const refused = await app.page.evaluate(() =>
    (window as unknown as { recsmith: { chooseFiles(kind: string): Promise<unknown> } }).recsmith.chooseFiles('anything').then(
      () => 'answered',
      (error: Error) => error.message,
    ),
  );
  expect(refused).toContain('does not take');
});

test('18: the protocol serves the window’s own files and nothing beside them', async () => {
  const paths = [
    '../package.json',
    '%2e%2e/package.json',
    '..%5cpackage.json',
    'index.html%00',
    '/etc/passwd',
    'assets/',
    '../electron/main.cjs',
  ];
  const statuses = await app.page.evaluate(
    (list) =>
      Promise.all(
        list.map((path) =>
          fetch(`app://recsmith/${path}`).then(
            ({ status }) => status,
            () => 0,
          ),
        ),
      ),
    paths,
  );
  expect(statuses.filter((status) => status !== 404 && status !== 0)).toEqual([]);
  expect(await app.page.evaluate(() => fetch('app://recsmith/index.html', { method: 'POST' }).then(({ status }) => status))).toBe(405);
});
