// `npm run test:api [-- --seconds N] [--exclude NAME,…]`: starts a real server of a small workspace, with keys asked for, and lets schemathesis send what
// it makes up from the server's own description, with each role in turn. Fails on any 5xx and on any answer that the description does not allow.
// On request only: it needs Python and installs schemathesis beside it. What is excluded is a row of the table by its name.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { productEnvironment } from './environment.mjs';
import { cacheFolder, root } from './setup/folders.mjs';
import { run } from './setup/run.mjs';
import { giveUp, setUp } from './setup.mjs';

const cli = path.join(root, 'dist', 'engine', 'cli.cjs');
const python = process.env.RECSMITH_PYTHON ?? 'python3';
const roles = ['viewer', 'service', 'admin'];
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'ignored_auth',
];

/** @param {string} command @param {string[]} args @param {string} what @param {NodeJS.ProcessEnv} [env] */
async function must(command, args, what, env = process.env) {
  const { code, stdout, stderr } = await run(command, args, { env, timeoutMs: 600_000 });
  if (code !== 0) throw new Error(`${what} failed: ${(stderr || stdout).trim().split('\n').slice(-5).join('\n')}`);
  return stdout;
}

/** A Python of its own with the pinned packages, made once. */
async function schemathesis() {
  const folder = path.join(cacheFolder(), 'api-tests');
  const list = path.join(root, 'tools', 'api', 'requirements.txt');
  const bin = path.join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
  const done = path.join(folder, 'complete');
  const pins = fs.readFileSync(list, 'utf8');
  if (!fs.existsSync(done) || fs.readFileSync(done, 'utf8') !== pins) {
    fs.rmSync(folder, { recursive: true, force: true });
    await must(python, ['-m', 'venv', folder], 'Making a Python environment');
    await must(path.join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', '--no-deps', '-r', list], 'Installing schemathesis');
    fs.writeFileSync(done, pins);
  }
  return path.join(bin, 'schemathesis');
}

/** Serves a workspace, and says where. @param {string} workspace @param {NodeJS.ProcessEnv} env */
async function serve(workspace, env) {
  const server = spawn(process.execPath, [cli, 'serve', workspace, '--auth', '--port', '0', '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: server.stdout })) return { server, url: JSON.parse(line).url };
  throw new Error('The server ended before it served.');
}

async function main() {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '120' }, exclude: { type: 'string', default: '' } } });
  await setUp({ quiet: true });
  const program = await schemathesis();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'recsmith-api-'));
  const env = { ...productEnvironment(), RECSMITH_STATE: path.join(folder, 'state') };
  const recsmith = (/** @type {string[]} */ ...words) => must(process.execPath, [cli, ...words], `recsmith ${words[0]}`, env);
  const [workspace, data] = [path.join(folder, 'w'), path.join(folder, 'data')];
  await recsmith('generate', '--users', '120', '--items', '80', '--events', '6000', '--seed', '7', '--out', data);
  await recsmith('init', workspace);
  await recsmith('import', workspace, path.join(data, 'interactions.csv'));
  await recsmith('build', workspace, '--set', 'epochs=2');
  const { server, url } = await serve(workspace, env);
  const excluded = values.exclude.split(',').filter(Boolean);
  let failed = 0;
  try {
    for (const role of roles) {
      const { api_key: key } = JSON.parse(await recsmith('keys', workspace, 'create', '--name', `test ${role}`, '--role', role, '--json'));
      const words = ['run', `${url}/openapi.json`, '--max-time', values.seconds, '--checks', checks.join(','), '--warnings', 'off'];
      const options = [
        '-H',
        `Authorization: Bearer ${key}`,
        '--generation-database',
        'none',
        '--continue-on-failure',
        '--suppress-health-check',
        'all',
      ];
      const without = excluded.flatMap((name) => ['--exclude-operation-id', name]);
      process.stdout.write(`\n== with the role ${role}, for ${values.seconds} s\n`);
      const { code } = await run(program, [...words, ...options, ...without], { inherit: true, cwd: folder });
      if (code !== 0) failed += 1;
      if (server.exitCode !== null) throw new Error('The server died.');
      const health = await fetch(`${url}/health`);
      if (health.status !== 200) throw new Error(`After it, /health answers ${health.status}.`);
    }
  } finally {
    server.kill('SIGINT');
    await new Promise((resolve) => server.once('exit', resolve));
    fs.rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(
    failed === 0 ? '\nNo 5xx and no answer besides the description, with any role.\n' : `\n${failed} of ${roles.length} roles failed.\n`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
}

main().catch(giveUp);
