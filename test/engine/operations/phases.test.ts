import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const engine = path.resolve(__dirname, '../../../engine');
const reports = [/\bphase: ([`'])(.+?)\1/g, /\bwatched\(session, ctx, ([`'])(.+?)\1/g];

/** The phases that the engine's jobs report, as they are written in its source. */
function phasesInSource(): string[] {
  const files = readdirSync(engine, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const texts = files.map((file) => readFileSync(path.join(engine, file), 'utf8'));
  return texts.flatMap((text) => reports.flatMap((report) => [...text.matchAll(report)].map((match) => match[2] as string)));
}

test('every phase of every job says what is being done, in words for people', () => {
  const phases = phasesInSource();
  expect(phases).toEqual(expect.arrayContaining(['Looking at the files', 'Measuring the vector index', 'Packing the bundle']));
  expect(phases.filter((phase) => !/^[A-Z][a-z]*ing\b/.test(phase))).toEqual([]);
});
