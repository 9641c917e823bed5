import type { EachBatchPayload, KafkaConfig, logCreator, SASLOptions } from 'kafkajs';
import { EngineError } from '#contract/errors';
import type { LiveSetting } from '#contract/live';
import { demandIds, type Message, positionOf, setPosition, storeBatch } from './batch.ts';
import { aborted, pause, type Reader, type SourceContext, waitBefore } from './source-context.ts';

type KafkaSetting = Extract<LiveSetting, { kind: 'kafka' }>;

/** Messages that are stored at a time. */
const batchMessages = 5000;

/** The library's own log holds addresses and stacks: what matters of it is said in words. */
const silent: logCreator = () => () => undefined;

function configOf({ brokers, ssl, sasl }: KafkaSetting, env: NodeJS.ProcessEnv): KafkaConfig {
  const config: KafkaConfig = {
    clientId: 'recsmith',
    brokers,
    ssl,
    logCreator: silent,
    connectionTimeout: 5000,
    retry: { retries: 3, initialRetryTime: 300 },
  };
  if (!sasl) return config;
  const password = env[sasl.passwordEnv];
  if (!password) {
    throw new EngineError('invalid_input', `The environment variable ${sasl.passwordEnv}, which is to hold the password, is not set.`, {
      variable: sasl.passwordEnv,
    });
  }
  return { ...config, sasl: { mechanism: sasl.mechanism, username: sasl.username, password } as SASLOptions };
}

function inWords(setting: KafkaSetting, error: unknown): string {
  const { name = '', message = '' } = error as Error;
  const where = `${setting.topic} at ${setting.brokers.join(', ')}`;
  if (/ECONNREFUSED|Connection (error|timeout)|NumberOfRetries/i.test(`${name} ${message}`))
    return `${where} cannot be reached: no broker answers. It is tried again.`;
  if (/SASL|authentication/i.test(message)) return `${where} refuses this user: ${message}. It is tried again.`;
  if (/UNKNOWN_TOPIC|does not host this topic/i.test(message)) return `${where}: there is no such topic. It is tried again.`;
  if (/compression not implemented/i.test(message))
    return `${where} is packed in a way that is not supported: plain and gzip are. ${message}`;
  return `${where} cannot be read: ${message}. It is tried again.`;
}

const partOf = (setting: KafkaSetting, partition: number): string => `${setting.topic}/${partition}`;

/**
 * Consumes a topic. How far each partition has been read is stored in the transaction of the rows: what the group says is for others to see, and is told only
 * afterwards. A message below what is stored is left out, and a partition that begins beyond it is asked for from there, so that nothing is lost or doubled, whatever
 * the group believes.
 */
export const kafkaReader =
  (setting: KafkaSetting): Reader =>
  async (context) => {
    const { signal, tell } = context;
    const { Kafka } = await import('kafkajs');
    const config = configOf(setting, context.env);
    const lags = new Map<number, number>();
    const tellLag = (partition: number, messages: number): void => {
      lags.set(partition, messages);
      context.lag([...lags.values()].reduce((sum, lag) => sum + lag, 0));
    };
    for (let attempt = 0; !signal.aborted; attempt++) {
      const soughtFrom = new Map<number, bigint>();
      const consumer = new Kafka(config).consumer({
        groupId: setting.group,
        allowAutoTopicCreation: false,
        sessionTimeout: 10_000,
        heartbeatInterval: 2000,
        retry: { retries: 2 },
      });
      try {
        await consumer.connect();
        await consumer.subscribe({ topics: [setting.topic], fromBeginning: true });
        let crashed: (error: unknown) => void = () => undefined;
        const crash = new Promise<never>((_, reject) => {
          crashed = reject;
        });
        crash.catch(() => undefined);
        consumer.on(consumer.events.CRASH, ({ payload }) => crashed(payload.error));
        let begun = false;
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          eachBatch: async (payload) => {
            try {
              await storePart(setting, context, payload, {
                begun,
                tellLag,
                soughtFrom,
                seek: (offset) => consumer.seek({ topic: setting.topic, partition: payload.batch.partition, offset }),
              });
              begun = true;
              attempt = 0;
            } catch (error) {
              crashed(error);
              throw error;
            }
          },
        });
        tell({ state: 'running', detail: null });
        await Promise.race([crash, aborted(signal)]);
      } catch (error) {
        if (error instanceof EngineError) throw error;
        if (!signal.aborted) tell({ state: 'waiting', detail: inWords(setting, error) });
      } finally {
        await Promise.race([consumer.disconnect().catch(() => undefined), pause(5000, new AbortController().signal)]);
      }
      await pause(waitBefore(attempt), signal);
    }
  };

interface Consumption {
  begun: boolean;
  tellLag(partition: number, messages: number): void;
  /** From where each partition was asked for again, since the consumer started. */
  soughtFrom: Map<number, bigint>;
  seek(offset: string): void;
}

async function storePart(
  setting: KafkaSetting,
  context: SourceContext,
  payload: EachBatchPayload,
  { begun, tellLag, soughtFrom, seek }: Consumption,
): Promise<void> {
  const { batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, isRunning, isStale } = payload;
  const { db, id, name, map, signal } = context;
  const part = partOf(setting, batch.partition);
  let next = BigInt((await positionOf(db, id, part)) ?? 0);
  const first = BigInt(batch.messages[0]?.offset ?? 0);
  // What lies between may be the group's mistake, or gone: compacted, or past its time. Asked for once; where the answer begins later again, there is no more of it.
  if (first > next && next > 0n && soughtFrom.get(batch.partition) !== next) {
    soughtFrom.set(batch.partition, next);
    seek(String(next));
    return;
  }
  for (let from = 0; from < batch.messages.length; from += batchMessages) {
    if (!isRunning() || isStale() || signal.aborted) return;
    const some = batch.messages.slice(from, from + batchMessages);
    const fresh = some.filter(({ offset }) => BigInt(offset) >= next);
    const last = some.at(-1)?.offset as string;
    const messages = fresh.map(
      ({ value, offset }): Message => ({
        text: value === null ? '' : value.toString('utf8'),
        line: Number(offset),
        place: `kafka ${part}`,
      }),
    );
    if (!begun && messages.length > 0)
      demandIds(
        name,
        messages.filter(({ text }) => text.startsWith('{')),
        map,
      );
    const reached = BigInt(last) + 1n > next ? BigInt(last) + 1n : next;
    const counts = await storeBatch(db, context, messages, (session) => setPosition(session, id, part, String(reached)));
    next = reached;
    context.took(counts);
    tellLag(batch.partition, Number(BigInt(batch.highWatermark) - reached));
    resolveOffset(last);
    await heartbeat();
  }
  await commitOffsetsIfNecessary({
    topics: [{ topic: setting.topic, partitions: [{ partition: batch.partition, offset: String(next) }] }],
  });
}
