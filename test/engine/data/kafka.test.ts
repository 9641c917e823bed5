import { fork } from 'node:child_process';
import { once } from 'node:events';
import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { build } from 'rolldown';
import { expect, test } from 'vitest';
import { LiveSetting, type LiveSource } from '#contract/live';
import { openDatabase } from '../../../engine/data/database.ts';
import { LiveSources } from '../../../engine/data/live/live-sources.ts';
import { withDatabase } from './helpers.ts';

const broker = process.env.RECSMITH_KAFKA;
const messages = 24_000;

test(
  'without a broker a topic says so and is tried again',
  () =>
    withDatabase(async ({ db }) => {
      const sources = new LiveSources(db, () => undefined);
      await sources.add('shop', LiveSetting.parse({ kind: 'kafka', brokers: ['127.0.0.1:9'], topic: 'events' }), {});
      await sources.start(1);
      for (let left = 200; left > 0 && (await sources.list())[0]?.state !== 'waiting'; left--)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect((await sources.list())[0]).toMatchObject({
        state: 'waiting',
        detail: 'events at 127.0.0.1:9 cannot be reached: no broker answers. It is tried again.',
      });
      await sources.end();
      expect((await sources.list())[0]).toMatchObject({ state: 'stopped' });
    }),
  30_000,
);

// With a broker only: npm run test:kafka starts one.
test.skipIf(!broker)(
  'a consumer that is killed again and again takes each message once, and says how far it is',
  { timeout: 300_000 },
  () =>
    withDatabase(async ({ db, folder }) => {
      const kafka = new Kafka({ brokers: [broker as string], logLevel: logLevel.NOTHING });
      const topic = `events-${Date.now()}`;
      const admin = kafka.admin();
      await admin.connect();
      await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true });
      const producer = kafka.producer();
      await producer.connect();
      const send = async (from: number, to: number): Promise<void> => {
        // Nothing in a message names it but its place: no event id.
        const values = Array.from({ length: to - from }, (_, n) => {
          const at = from + n;
          return {
            partition: at % 3,
            value:
              at % 1000 === 999
                ? 'broken'
                : at % 1000 === 500
                  ? null
                  : JSON.stringify({ user_id: `u${at}`, item_id: `i${at % 50}`, timestamp: 1_700_000_000 + at }),
          };
        });
        for (let begin = 0; begin < values.length; begin += 1000)
          await producer.send({
            topic,
            messages: values.slice(begin, begin + 1000),
            compression: begin % 2000 === 0 ? CompressionTypes.GZIP : CompressionTypes.None,
          });
      };
      await send(0, messages / 2);

      const sources = new LiveSources(db, () => undefined);
      await sources.add('kafka', LiveSetting.parse({ kind: 'kafka', brokers: [broker], topic, group: topic }), {});
      await db.close();
      const source = path.join(folder, 'reader.ts');
      const engine = (file: string): string => JSON.stringify(path.resolve('engine/data', file));
      await writeFile(
        source,
        `import { openDatabase } from ${engine('database.ts')};
       import { LiveSources } from ${engine('live/live-sources.ts')};
       openDatabase(process.argv[2] as string).then(async (db) => { const all = new LiveSources(db, () => undefined); await all.start(1); setInterval(async () => process.send?.((await all.list())[0]), 50); });`,
      );
      const target = path.join(folder, 'reader.cjs');
      await build({
        input: source,
        platform: 'node',
        external: ['@duckdb/node-api'],
        output: { file: target, format: 'cjs', codeSplitting: false },
        logLevel: 'silent',
      });
      await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'), 'junction');
      let seen: LiveSource | undefined;
      let kills = 0;
      const feeding = (async () => {
        for (let from = messages / 2; from < messages; from += 1000) {
          await send(from, from + 1000);
          await new Promise((resolve) => setTimeout(resolve, 400));
        }
      })();
      for (let fed = false; ; ) {
        const child = fork(target, [db.file]);
        child.on('message', (message: LiveSource) => {
          seen = message;
        });
        const before = seen?.read ?? 0;
        // Killed once it has stored something, at any moment after.
        const limit = Date.now() + 40_000;
        while ((seen?.read ?? 0) === before && (seen?.read ?? 0) < messages && Date.now() < limit)
          await new Promise((resolve) => setTimeout(resolve, 20));
        if (!fed) await new Promise((resolve) => setTimeout(resolve, (kills * 37) % 260));
        if (kills >= 10 && !fed) {
          await feeding;
          fed = true;
        }
        const done = fed && (seen?.read ?? 0) >= messages;
        child.kill('SIGKILL');
        await once(child, 'exit');
        kills++;
        if (done || kills > 60) break;
      }
      const again = await openDatabase(db.file);
      const [counts] = await again.read((session) =>
        session.rows('SELECT count(*)::DOUBLE AS n, count(DISTINCT user_id)::DOUBLE AS users FROM interactions'),
      );
      const broken = (messages / 1000) * 2;
      expect(counts).toEqual({ n: messages - broken, users: messages - broken });
      const [known] = await again.read((session) =>
        session.rows<{ read: number; rejected: number }>(
          'SELECT rows_read::DOUBLE AS read, rejected::DOUBLE AS rejected FROM live_sources',
        ),
      );
      expect(known).toEqual({ read: messages, rejected: broken });
      const positions = await again.read((session) =>
        session.rows<{ part: string; position: string }>('SELECT part, position FROM live_positions ORDER BY part'),
      );
      expect(positions.map(({ position }) => Number(position))).toEqual([messages / 3, messages / 3, messages / 3]);
      const rejects = await again.read((session) =>
        session.rows<{ file: string; reason: string }>('SELECT DISTINCT file, reason FROM rejects ORDER BY ALL'),
      );
      expect(rejects.every(({ file, reason }) => file.startsWith(`kafka ${topic}/`) && reason === 'not a JSON object')).toBe(true);
      expect(kills).toBeGreaterThanOrEqual(10);
      await again.close();
      await db.hold();
      await producer.disconnect();
      await admin.disconnect();
    }),
);

test.skipIf(!broker)(
  'a topic that was compacted past what is stored is read on, with the lag of all its partitions',
  { timeout: 120_000 },
  () =>
    withDatabase(async ({ db }) => {
      const kafka = new Kafka({ brokers: [broker as string], logLevel: logLevel.NOTHING });
      const topic = `compacted-${Date.now()}`;
      const admin = kafka.admin();
      await admin.connect();
      const configEntries = Object.entries({ 'cleanup.policy': 'compact', 'segment.ms': '200', 'min.cleanable.dirty.ratio': '0.01' }).map(
        ([name, value]) => ({ name, value }),
      );
      await admin.createTopics({ topics: [{ topic, numPartitions: 2, configEntries }], waitForLeaders: true });
      const producer = kafka.producer();
      await producer.connect();
      const send = (from: number, count: number, partition: number): Promise<unknown> =>
        producer.send({
          topic,
          messages: Array.from({ length: count }, (_, n) => ({
            partition,
            key: `k${n % 10}`,
            value: JSON.stringify({ event_id: `e${partition}-${from + n}`, user_id: `u${n}`, item_id: `i${n}` }),
          })),
        });
      await send(0, 100, 0);
      await send(0, 40, 1);
      const sources = new LiveSources(db, () => undefined);
      const { id } = await sources.add('kafka', LiveSetting.parse({ kind: 'kafka', brokers: [broker], topic, group: topic }), {});
      const reads = async (holds: (source: LiveSource) => boolean): Promise<LiveSource> => {
        for (let left = 600; left > 0; left--) {
          const source = (await sources.list())[0] as LiveSource;
          if (holds(source)) return source;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`It never came to pass: ${JSON.stringify(await sources.list())}`);
      };
      await sources.start(id);
      expect(await reads(({ read }) => read === 140)).toMatchObject({ lag: 0 });
      await sources.stop(id);
      for (let round = 0; round < 8; round++) {
        await send(100 + 20 * round, 20, 0);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      // Until the broker has no message of the stored place any more: its first one past the start begins later.
      const firstBeyond = async (): Promise<number> => {
        const consumer = kafka.consumer({ groupId: `${topic}-${Math.random()}` });
        await consumer.connect();
        await consumer.subscribe({ topics: [topic], fromBeginning: true });
        const offset = await new Promise<number>((resolve) => {
          void consumer.run({
            eachMessage: async ({ partition, message }) => {
              if (partition === 0 && Number(message.offset) >= 100) resolve(Number(message.offset));
            },
          });
        });
        await consumer.disconnect();
        return offset;
      };
      for (let left = 15; (await firstBeyond()) === 100; left--) {
        if (left === 0) throw new Error('The broker did not compact.');
        await new Promise((resolve) => setTimeout(resolve, 2000));
        await send(1000 + left, 1, 0);
      }
      await sources.start(id);
      // The newest message is read, whatever lies between.
      expect((await reads(({ read, lag }) => read > 140 && lag === 0)).read).toBeLessThan(320);
      // A stop at any moment of the start ends.
      for (const ms of [0, 20, 150]) {
        await sources.stop(id);
        await sources.start(id);
        await new Promise((resolve) => setTimeout(resolve, ms));
      }
      await sources.end();
      await producer.disconnect();
      await admin.disconnect();
    }),
);
