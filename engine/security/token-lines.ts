import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { SecretFolder } from './secret-folder.ts';
import { sharedFile } from './shared-file.ts';

/** All that came of sending an API key once: an access token and a refresh token, then the next two, and so on. */
const Line = z.object({
  id: z.string(),
  key: z.string(),
  /** The one refresh token that is still to be used. */
  refresh: z.string(),
  /** Of that token; seconds since 1970. */
  expires: z.number(),
  revoked: z.boolean(),
});
type Line = z.infer<typeof Line>;

/** More lines of one key end the oldest, so that fetching tokens in a loop fills nothing. */
const mostOfOneKey = 100;
/** A line is remembered for this long after its last token could be used, for clocks that differ. */
const afterSeconds = 120;

export interface TokenLines {
  /** Its tokens hold. */
  alive(line: string | null): boolean;
  /** @param issue makes the line's first refresh token */
  begin(key: string, issue: (line: string) => { jti: string; exp: number }): Promise<string>;
  /** Uses a refresh token up. `reused` where it was used before, and then all of the line has ended. */
  next(line: string, jti: string, issue: () => { jti: string; exp: number }): Promise<'renewed' | 'reused' | 'ended'>;
  /** Ends a line; false where there was none that held. */
  end(line: string): Promise<boolean>;
}

/** The lines of tokens of a folder; what was revoked stays so over restarts. */
export function openTokenLines(folder: SecretFolder): TokenLines {
  const file = sharedFile(folder, 'token-lines.json', z.array(Line), []);

  const kept = (lines: Line[]): Line[] => lines.filter(({ expires }) => expires + afterSeconds > Date.now() / 1000);
  const changed = (lines: Line[], line: Line, change: Partial<Line>): Line[] =>
    kept(lines.map((other) => (other === line ? { ...line, ...change } : other)));

  return {
    alive: (id) => id !== null && file.read().some((line) => line.id === id && !line.revoked),
    begin: (key, issue) =>
      file.update((lines) => {
        const id = randomUUID();
        const { jti, exp } = issue(id);
        const others = kept(lines);
        const oldest = others.filter((line) => line.key === key).slice(0, -(mostOfOneKey - 1));
        const left = oldest.length > 0 ? others.filter((line) => !oldest.includes(line)) : others;
        return { value: [...left, { id, key, refresh: jti, expires: exp, revoked: false }], result: id };
      }),
    next: (id, jti, issue) =>
      file.update<'renewed' | 'reused' | 'ended'>((lines) => {
        const line = lines.find((other) => other.id === id);
        if (!line || line.revoked) return { value: lines, result: 'ended' };
        // Used before: by its owner, by a thief, nobody can tell which. Both have to come with the key again.
        if (line.refresh !== jti) return { value: changed(lines, line, { revoked: true }), result: 'reused' };
        const made = issue();
        return { value: changed(lines, line, { refresh: made.jti, expires: made.exp }), result: 'renewed' };
      }),
    end: (id) =>
      file.update((lines) => {
        const line = lines.find((other) => other.id === id);
        if (!line || line.revoked) return { value: lines, result: false };
        return { value: changed(lines, line, { revoked: true }), result: true };
      }),
  };
}
