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
