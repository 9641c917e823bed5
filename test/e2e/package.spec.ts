import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { extractFile, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { expect, test } from '@playwright/test';
import { packagedRuntime } from '../../scripts/packaging/runtime.mjs';
import { appEnvironment, flags, root } from './support/app.ts';
import { openRemotePage } from './support/remote-page.ts';

const run = promisify(execFile);

test.describe.configure({ mode: 'serial' });
test.skip(process.platform !== 'linux', 'The package is tried on Linux.');

let output = '';
let unpacked = '';

function makePackage(allowed: boolean): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, RECSMITH_ALLOW_FALLBACK_RUNTIME: allowed ? '1' : '' };
  return run(process.execPath, [join(root, 'scripts', 'package.mjs'), '--output', output], { env, maxBuffer: 1 << 24 });
}

test.beforeAll(() => {
  // Beside the libraries, so that they can be linked and not copied.
  output = mkdtempSync(join(root, 'node_modules', '.recsmith-package-'));
  unpacked = join(output, 'linux-unpacked');
});
test.afterAll(() => rmSync(output, { recursive: true, force: true }));

test('a stand-in runtime is refused unless it is asked for', async () => {
  test.skip(packagedRuntime(root).official, 'The official runtime is here.');
  await expect(makePackage(false)).rejects.toMatchObject({ stderr: expect.stringContaining('must not be shipped') });
  expect(existsSync(unpacked)).toBe(false);
});

test('the package holds what runs, and no tests, maps or sources', async () => {
  test.setTimeout(300_000);
  const { stdout } = await makePackage(true);
  expect(stdout).toContain(packagedRuntime(root).official ? 'packaged into' : 'never a release');
  const files = listPackage(join(unpacked, 'resources', 'app.asar'), { isPack: false });
  expect(files).toContain('/dist/engine/main.cjs');
  expect(files.filter((file) => /\.map$|\.tsx?$|_test\.js$|^\/(test|scripts|bench|engine|renderer|electron)\//.test(file))).toEqual([]);
  expect(JSON.parse(extractFile(join(unpacked, 'resources', 'app.asar'), 'package.json').toString())).toMatchObject({ name: 'recsmith' });
  expect(readdirSync(join(unpacked, 'resources'))).not.toContain('default_app.asar');
});

test('19: the fuses are set', async () => {
  const fuses = await getCurrentFuseWire(join(unpacked, 'recsmith'));
  // The wire holds the characters 0 and 1; a fuse that the stand-in runtime is too old for is absent.
  const state = (fuse: FuseV1Options): string => (fuses[fuse] === undefined ? 'absent' : String.fromCharCode(fuses[fuse]));
  expect(state(FuseV1Options.RunAsNode)).toBe('0');
  expect(state(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe('0');
  expect(state(FuseV1Options.EnableNodeCliInspectArguments)).toBe('0');
  expect(state(FuseV1Options.OnlyLoadAppFromAsar)).toBe('1');
  expect(state(FuseV1Options.EnableCookieEncryption)).toBe('1');
  expect(['0', 'absent']).toContain(state(FuseV1Options.GrantFileProtocolExtraPrivileges));
});

test('the packaged app opens its window, its engine answers, and TensorFlow and DuckDB run from it', async () => {
  test.setTimeout(240_000);
  const userData = mkdtempSync(join(tmpdir(), 'recsmith-packaged-'));
  const child: ChildProcess = spawn(join(unpacked, 'recsmith'), [...flags, '--remote-debugging-pipe'], {
    env: appEnvironment(userData),
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  });
  const stderr: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(String(chunk)));
  try {
    const page = await openRemotePage(child);
    const text = (id: string): Promise<unknown> => page.evaluate(`document.querySelector('[data-testid=${id}]')?.textContent`);
    const state = "document.querySelector('[data-testid=engine-state]')?.dataset.state";
    await expect.poll(() => page.evaluate(state), { timeout: 30_000 }).toBe('running');
    expect(await page.evaluate('location.href')).toContain('app://recsmith/');

    // The window's own client keeps its port to itself: another one is asked for, and the engine is asked through it.
    await page.evaluate(
      `window.addEventListener('message', (event) => { window.testPort ??= event.ports[0]; }), recsmith.requestEnginePort()`,
    );
    await expect.poll(() => page.evaluate("'testPort' in window")).toBe(true);
    const call = (operation: string, input = '{}'): Promise<unknown> =>
      page.evaluate(`new Promise((done) => {
        const id = 1e9 + Math.floor(Math.random() * 1e6);
        testPort.addEventListener('message', ({ data }) => { if (data.id === id) done(data); });
        testPort.postMessage({ id, operation: '${operation}', input: ${input} });
      })`);
    expect(await call('system.info')).toMatchObject({ ok: true, value: { version: '0.1.0', platform: expect.any(String) } });
    expect(await call('workspace.create', JSON.stringify({ path: join(userData, 'mine') }))).toMatchObject({ ok: true });
    const native = existsSync(join(unpacked, 'resources/app.asar.unpacked/node_modules/@tensorflow/tfjs-node-gpu/deps/lib'));
    expect(await call('system.doctor')).toMatchObject({
      ok: true,
      value: { device: { backend: native ? 'tensorflow' : expect.any(String) } },
    });
    expect(await text('status-device')).toBeTruthy();
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${stderr.join('')}`, { cause: error });
  } finally {
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    await ended;
    rmSync(userData, { recursive: true, force: true });
  }
});
