import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { AuditEntry } from '#contract/api/admin-routes';
import { syncFolder, writeAtomic } from '../files/atomic.ts';
import { type AuditHead, chainCheck, hashAfter, noEntries, readAuditLine } from './audit-chain.ts';
import { privateFile, type SecretFolder } from './secret-folder.ts';

export type AuditFact = Pick<AuditEntry, 'actor' | 'action' | 'target' | 'outcome'>;

export interface AuditReport {
  whole: boolean;
  problem?: string;
  /** Newest first. */
  entries: AuditEntry[];
}

export interface AuditLog {
  /** Durable when done. */
  append(fact: AuditFact): Promise<void>;
  /** Follows the whole chain, and gives the newest entries. */
  read(limit: number): Promise<AuditReport>;
}

/** The end of the log that is looked at for its last entry: longer than any entry is. */
const tailBytes = 65_536;
const longestText = 500;

const Head = z.strictObject({ sequence: z.number().int().min(0), hash: z.string().regex(/^[0-9a-f]{64}$/) });

const headLost: AuditFact = {
  actor: 'recsmith',
  action: 'audit',
  target: 'audit-head.json',
  outcome: 'the file that holds the last hash was missing or damaged; entries before this one may have been cut off',
};

const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => null))?.size ?? 0;

/** Lines that end: what was not written to its end was never acknowledged. */
async function* wholeLines(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8')) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** The last entry, and where what is whole ends. */
async function readTail(file: string): Promise<{ last: AuditEntry | null; end: number }> {
  const size = await sizeOf(file);
  if (size === 0) return { last: null, end: 0 };
  const handle = await open(file, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(size, tailBytes));
    await handle.read(bytes, 0, bytes.length, size - bytes.length);
    const lineEnd = bytes.lastIndexOf('\n');
    const line = bytes.subarray(bytes.lastIndexOf('\n', lineEnd - 1) + 1, Math.max(0, lineEnd)).toString();
    return { last: readAuditLine(line), end: size - bytes.length + lineEnd + 1 };
  } finally {
    await handle.close();
  }
}

function entryAfter(before: AuditHead, { actor, action, target, outcome }: AuditFact): AuditEntry {
  const short = (text: string): string => text.slice(0, longestText);
  const bare = {
    sequence: before.sequence + 1,
    time: new Date().toISOString(),
    actor: short(actor),
    action: short(action),
    target: short(target),
    outcome: short(outcome),
  };
  return { ...bare, hash: hashAfter(before.hash, bare) };
}

/** Append-only lines of JSON, each with the hash of the one before and itself. */
export function openAuditLog(folder: SecretFolder): AuditLog {
  const file = folder.file('audit.log');
  const headFile = folder.file('audit-head.json');

  const readHead = async (): Promise<AuditHead | null> => {
    try {
      return Head.parse(JSON.parse(await readFile(headFile, 'utf8')));
    } catch {
      return null;
    }
  };

  return {
    append: (fact) =>
      folder.alone(async () => {
        const known = await readHead();
        const { last, end } = await readTail(file);
        const head = known ?? noEntries;
        // A crash between the two files leaves the log one ahead. A log that is behind was cut: the gap stays, to be seen from then on.
        const before = last && last.sequence > head.sequence ? last : head;
        const facts = known === null && (await sizeOf(file)) > 0 ? [headLost, fact] : [fact];
        const entries: AuditEntry[] = [];
        for (const next of facts) entries.push(entryAfter(entries.at(-1) ?? before, next));
        const handle = await open(file, 'a', privateFile);
        try {
          // What a crash cut off in the middle was never acknowledged.
          await handle.truncate(end);
          await handle.writeFile(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
          await handle.sync();
        } finally {
          await handle.close();
        }
        const { sequence, hash } = entries.at(-1) as AuditEntry;
        await writeAtomic(headFile, JSON.stringify({ sequence, hash }), privateFile);
        if (before.sequence === 0) await syncFolder(folder.path);
      }),
    async read(limit) {
      // Read before the log: what is appended meanwhile lies behind it.
      const check = chainCheck(await readHead());
      const newest: AuditEntry[] = [];
      if ((await sizeOf(file)) > 0) {
        for await (const line of wholeLines(file)) {
          const entry = check.see(line);
          if (entry) newest.push(entry);
          if (newest.length > limit * 2) newest.splice(0, newest.length - limit);
        }
      }
      const problem = check.problem();
      return { whole: problem === null, ...(problem ? { problem } : {}), entries: newest.slice(-limit).reverse() };
    },
  };
}
