import { AuditEntry } from '#contract/api/admin-routes';
import { sha256 } from '../files/atomic.ts';

/** The end of the chain, kept in a file of its own: without it, cutting off the last entries would leave no trace. */
export interface AuditHead {
  sequence: number;
  hash: string;
}

export const noEntries: AuditHead = { sequence: 0, hash: '0'.repeat(64) };

/** What is chained: all of an entry but its own hash, in one order. */
function chained({ sequence, time, actor, action, target, outcome }: Omit<AuditEntry, 'hash'>): string {
  return JSON.stringify([sequence, time, actor, action, target, outcome]);
}

/** The hash of an entry that follows another. */
export const hashAfter = (before: string, entry: Omit<AuditEntry, 'hash'>): string => sha256(`${before}\n${chained(entry)}`);

/** A line of the log; null where it is none. */
export function readAuditLine(line: string): AuditEntry | null {
  try {
    const parsed = AuditEntry.strict().safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Follows a chain from its first line on. */
export interface ChainCheck {
  see(line: string): AuditEntry | null;
  /** What is wrong, beginning with the first entry that is; null where nothing is. */
  problem(): string | null;
}

/** @param head null where the file that holds it is missing or damaged */
export function chainCheck(head: AuditHead | null): ChainCheck {
  let last = noEntries;
  let count = 0;
  let atHead: string | null = head?.sequence === 0 ? noEntries.hash : null;
  let broken: string | null = null;

  const faultOf = (entry: AuditEntry | null): string | null => {
    if (!entry) return `Line ${count} cannot be read as an entry`;
    const wanted = last.sequence + 1;
    if (entry.sequence !== wanted) return `Entry ${wanted} is missing: entry ${entry.sequence} stands in its place`;
    if (entry.hash !== hashAfter(last.hash, entry)) return `Entry ${entry.sequence} was changed, or the one before it`;
    last = entry;
    if (entry.sequence === head?.sequence) atHead = entry.hash;
    return null;
  };

  return {
    see(line) {
      count += 1;
      const entry = readAuditLine(line);
      broken ??= faultOf(entry);
      return entry;
    },
    problem() {
      if (broken) return `${broken}. What follows is not proved.`;
      if (!head)
        return count === 0 ? null : 'The file that holds the last hash is missing or damaged: entries may have been cut off the end.';
      if (head.sequence > last.sequence)
        return `Entries ${last.sequence + 1} to ${head.sequence} are missing: they were cut off the end of the log.`;
      return atHead === head.hash ? null : `Entry ${head.sequence} is not the one that was written: the chain was made anew.`;
    },
  };
}
