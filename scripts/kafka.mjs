// Starts a Kafka broker of one node on this machine, from Maven's jars, and runs the tests of Kafka against it. On request only: it needs Java and Maven.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { cacheFolder, root } from './setup/folders.mjs';
import { giveUp, setUp } from './setup.mjs';

const VERSION = '3.9.1';
const PORT = 19092;

/** @param {string} command @param {string[]} args @param {string} what */
function run(command, args, what) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error || status !== 0)
    throw new Error(`${what} failed: ${error?.message ?? (stderr || stdout).trim().split('\n').slice(-5).join('\n')}`);
  return stdout;
}

/** The broker's jars, fetched once. @returns {string} */
function jars() {
  const folder = path.join(cacheFolder(), `kafka-${VERSION}`);
  const lib = path.join(folder, 'lib');
  if (fs.existsSync(path.join(folder, 'complete'))) return lib;
  fs.mkdirSync(folder, { recursive: true });
  const dependency = (/** @type {string} */ group, /** @type {string} */ artifact, /** @type {string} */ version) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  const pom = path.join(folder, 'pom.xml');
  fs.writeFileSync(
    pom,
    `<project><modelVersion>4.0.0</modelVersion><groupId>recsmith</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>${dependency('org.apache.kafka', 'kafka_2.13', VERSION)}${dependency('org.slf4j', 'slf4j-nop', '1.7.36')}</dependencies></project>`,
  );
  run('mvn', ['-q', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`], 'Fetching Kafka with Maven');
  fs.writeFileSync(path.join(folder, 'complete'), '');
  return lib;
}

/** @param {number} port */
const answers = (port) =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

async function main() {
  await setUp();
  const lib = path.join(jars(), '*');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'recsmith-kafka-'));
  const settings = path.join(folder, 'server.properties');
  fs.writeFileSync(
    settings,
    [
      'process.roles=broker,controller',
      'node.id=1',
      `controller.quorum.voters=1@127.0.0.1:${PORT + 1}`,
      `listeners=PLAINTEXT://127.0.0.1:${PORT},CONTROLLER://127.0.0.1:${PORT + 1}`,
      `advertised.listeners=PLAINTEXT://127.0.0.1:${PORT}`,
      'controller.listener.names=CONTROLLER',
      'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      'inter.broker.listener.name=PLAINTEXT',
      `log.dirs=${path.join(folder, 'data')}`,
      'offsets.topic.replication.factor=1',
      'transaction.state.log.replication.factor=1',
      'transaction.state.log.min.isr=1',
      'group.initial.rebalance.delay.ms=0',
      'log.cleaner.backoff.ms=1000',
    ].join('\n'),
  );
  const id = run('java', ['-cp', lib, 'kafka.tools.StorageTool', 'random-uuid'], 'Java').trim().split('\n').at(-1) ?? '';
  run('java', ['-cp', lib, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', settings], 'Preparing the broker');
  const broker = spawn('java', ['-Xmx512m', '-cp', lib, 'kafka.Kafka', settings], { stdio: 'ignore' });
  try {
    for (let left = 120; !(await answers(PORT)); left--) {
      if (left === 0 || broker.exitCode !== null) throw new Error('The broker did not come up.');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    const { status } = spawnSync(
      process.execPath,
      [path.join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', 'test/engine/data/kafka.test.ts'],
      {
        cwd: root,
        stdio: 'inherit',
        env: { ...process.env, RECSMITH_KAFKA: `127.0.0.1:${PORT}` },
      },
    );
    process.exitCode = status ?? 1;
  } finally {
    broker.kill('SIGKILL');
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

main().catch(giveUp);
