import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { ImportRequest } from '#contract/data';
import { EngineError } from '#contract/errors';
import { countEntities } from '../../../engine/data/entities.ts';
import { withDatabase } from './helpers.ts';

const head = 'user_id,item_id,event_type,value,timestamp\n';
const row = (user: string, item = 'i1'): string => `${user},${item},view,1,2024-01-01T10:00:00Z\n`;
const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : Buffer.from(part))));
const many = (count: number, make: (at: number) => string): string => Array.from({ length: count }, (_, at) => make(at)).join('');
const utf16 = (text: string, big: boolean, mark = true): Uint8Array => {
  const little = Buffer.from(`${mark ? '\uFEFF' : ''}${text}`, 'utf16le');
  return big ? little.swap16() : little;
};

/** Name, content, what has to come of it: [read, accepted, rejected, duplicates], or words of the refusal. */
type Case = [
  name: string,
  content: string | Uint8Array,
  expected: [number, number, number, number] | RegExp,
  options?: Partial<ImportRequest>,
];

const corpus: Case[] = [
  // Encodings and marks
  ['mark.csv', `\uFEFF${head}${row('u1')}`, [1, 1, 0, 0]],
  ['crlf.csv', (head + row('u1') + row('u2')).replaceAll('\n', '\r\n'), [2, 2, 0, 0]],
  ['old-mac.csv', (head + row('u1') + row('u2')).replaceAll('\n', '\r'), [2, 2, 0, 0]],
  ['mixed-ends.csv', `${head}${row('u1').replace('\n', '\r\n')}${row('u2')}${row('u3').replace('\n', '\r\n')}`, [3, 3, 0, 0]],
  ['no-last-end.csv', (head + row('u1')).trimEnd(), [1, 1, 0, 0]],
  ['utf16le.csv', utf16(head + row('ü1'), false), [1, 1, 0, 0]],
  ['utf16be.csv', utf16(head + row('ü1'), true), [1, 1, 0, 0]],
  ['utf16-no-mark.csv', utf16(head + row('u1'), false, false), [1, 1, 0, 0]],
  ['latin1.csv', bytes(head, [0xe9], row('lise'), [0xfc], row('ber'), [0xdf], row('z')), [3, 3, 0, 0]],
  ['one-bad-byte.csv', bytes(head, row('u1'), [0xff], row('u2'), row('u3')), [3, 2, 1, 0]],
  ['cut-character.csv', bytes(head, row('u1'), 'ü', [0xc3], ',i1,view,1,2024-01-01\n'), [2, 1, 1, 0]],
  ['overlong.csv', bytes(head, row('é'), [0xc0, 0x80], row('u2')), [2, 1, 1, 0]],
  ['surrogate.csv', bytes(head, row('é'), [0xed, 0xa0, 0x80], row('u2')), [2, 1, 1, 0]],
  // Signs
  [
    'nul.csv',
    bytes(
      head,
      row('u1'),
      'u',
      [0],
      row('2'),
      many(200, (at) => row(`n${at}`)),
    ),
    [202, 202, 0, 0],
  ],
  ['all-nul.csv', new Uint8Array(10_000), /no text|holds no data/],
  ['bell.csv', `${head}${row('u\u0007')}${many(200, (at) => row(`n${at}`))}`, [201, 201, 0, 0]],
  ['formula.csv', `${head}${row('=1+1')}${row('@SUM(A1)')}${row('+cmd')}${row("-2+3|'x'!A0")}`, [4, 4, 0, 0]],
  ['sql.csv', `${head}${row("u'); DROP TABLE interactions;--")}${row('$1')}${row('{}')}`, [3, 3, 0, 0]],
  ['paths.csv', `${head}${row('../../etc/passwd')}${row('C:\\Windows')}${row('__proto__')}${row('constructor')}`, [4, 4, 0, 0]],
  ['html.csv', `${head}${row('<script>alert(1)</script>')}${row('&amp;')}`, [2, 2, 0, 0]],
  ['rtl.csv', `${head}${row('\u202Eabc')}${row('مرحبا')}${row('👩‍👩‍👧‍👦')}`, [3, 3, 0, 0]],
  ['nfc-nfd.csv', `${head}${row('caf\u00e9')}${row('cafe\u0301')}`, [2, 2, 0, 0]],
  ['long-id.csv', `${head}${row('x'.repeat(1000))}`, [1, 1, 0, 0]],
  ['megabyte-cell.csv', `${head}${row('x'.repeat(1_000_000))}${row('u2')}`, [2, 2, 0, 0]],
  ['over-8-megabytes.csv', `${head}${row('u1')}${row('x'.repeat(9_000_000))}${row('u3')}`, [3, 2, 1, 0]],
  // Quotes
  ['quoted.csv', `${head}"u,1","i""1",view,1,2024-01-01\n`, [1, 1, 0, 0]],
  ['quoted-line-end.csv', `${head}"u\n1",i1,view,1,2024-01-01\n${row('u2')}`, [2, 2, 0, 0]],
  ['open-quote.csv', `${head}"u1,i1,view,1,2024-01-01\n${row('u2')}${row('u3')}`, /quote is opened and never closed/],
  ['open-quote-last.csv', `${head}${row('u1')}"u2,i1,view,1,2024-01-01`, [2, 1, 1, 0]],
  ['text-after-quote.csv', `${head}"u1"x,i1,view,1,2024-01-01\n${row('u2')}`, [2, 1, 1, 0]],
  ['lone-quote-inside.csv', `${head}${row('u"1')}`, [1, 1, 0, 0]],
  // Shapes
  ['empty.csv', '', /holds no data: it is empty/],
  ['blank.csv', '\n\n  \n', /holds no data/],
  ['header-only.csv', head, /a header and no rows/],
  ['one-column.csv', 'user_id\nu1\n', [1, 1, 0, 0]],
  ['no-ids.csv', 'colour,size\nred,3\n', /has no column for the user/],
  ['extra-columns.csv', `${head}u1,i1,view,1,2024-01-01,extra\n${row('u2')}`, [2, 1, 1, 0]],
  ['missing-columns.csv', `${head}u1,i1\n${row('u2')}`, [2, 1, 1, 0]],
  ['blank-lines.csv', `${head}\n\n${row('u1')}\n\n${row('u2')}\n`, [2, 2, 0, 0]],
  ['same-names.csv', 'user_id,item_id,note,note\nu1,i1,a,b\n', [1, 1, 0, 0]],
  ['case-names.csv', 'user_id,item_id,Note,note\nu1,i1,a,b\n', [1, 1, 0, 0]],
  ['unnamed-column.csv', ',user_id,item_id\n0,u1,i1\n1,u2,i1\n', [2, 2, 0, 0]],
  ['trailing-comma.csv', 'user_id,item_id,\nu1,i1,\nu2,i2,\n', [2, 2, 0, 0]],
  ['wide.csv', `user_id,item_id,${many(9_998, (at) => `c${at},`).slice(0, -1)}\nu1,i1,${'1,'.repeat(9_998).slice(0, -1)}\n`, [1, 1, 0, 0]],
  ['all-duplicates.csv', head + many(500, () => row('u1')), [500, 1, 0, 499]],
  ['all-rejected.csv', head + many(300, () => row('')), [300, 0, 300, 0]],
  ['odd-delimiter.csv', (head + row('u1') + row('u2')).replaceAll(',', '^'), [2, 2, 0, 0]],
  ['hive-delimiter.csv', (head + row('u1') + row('u2')).replaceAll(',', '\x01'), [2, 2, 0, 0]],
  ['semicolons.csv', (head + row('u1')).replaceAll(',', ';'), [1, 1, 0, 0]],
  // Values and times
  [
    'not-finite.csv',
    `${head}u1,i1,rating,NaN,2024-01-01\nu2,i1,rating,Infinity,2024-01-01\nu3,i1,rating,-inf,2024-01-01\nu4,i1,rating,1,2024-01-01\n`,
    [4, 1, 3, 0],
  ],
  [
    'absurd-dates.csv',
    `${head}u1,i1,view,1,0001-01-01\nu2,i1,view,1,9999-12-31\nu3,i1,view,1,2024-02-30\nu4,i1,view,1,2024-02-29\n`,
    [4, 1, 3, 0],
  ],
  ['huge-number.csv', `${head}u1,i1,rating,1e999,2024-01-01\nu2,i1,rating,1e300,2024-01-01\n`, [2, 1, 1, 0]],
  ['decimal-comma.csv', 'user_id;item_id;rating\nu1;i1;4,5\nu2;i1;4.5\nu3;i1;4\n', [3, 2, 1, 0]],
  ['mixed-zones.csv', `${head}u1,i1,view,1,2024-01-01T10:00:00+02:00\nu1,i1,view,1,2024-01-01T08:00:00Z\n`, [2, 1, 0, 1]],
  ['day-first.csv', `${head}u1,i1,view,1,31/12/2023 10:00\nu2,i1,view,1,01/02/2024 10:00\n`, [2, 2, 0, 0]],
  ['month-first.csv', `${head}u1,i1,view,1,12/31/2023\nu2,i1,view,1,02/01/2024\n`, [2, 2, 0, 0]],
  ['undecidable-dates.csv', `${head}u1,i1,view,1,01/02/2024\nu2,i1,view,1,03/04/2024\n`, [2, 0, 2, 0]],
  // Wrong endings and packings
  [
    'really-parquet.csv',
    bytes(
      'PAR1',
      many(50, () => 'xxxxxxxx'),
      'PAR1',
    ),
    /cannot be read as Parquet/,
  ],
  ['really-gzip.csv', gzipSync(head + row('u1')), [1, 1, 0, 0]],
  ['really-csv.csv.gz', head + row('u1'), /no gzip file/],
  ['really-csv.parquet', head + row('u1'), /no Parquet file/],
  ['really-csv.arrow', head + row('u1'), /cannot be read as Arrow|holds no data/],
  ['really-csv.duckdb', head + row('u1'), /cannot be opened as a DuckDB database/],
  ['really-csv.zst', head + row('u1'), /no zstd file/],
  ['archive.csv', bytes('PK', [3, 4], 'x'.repeat(100)), /ZIP archive/],
  ['sqlite.csv', bytes('SQLite format 3', [0], 'x'.repeat(200)), /SQLite/],
  ['cut.csv.gz', gzipSync(head + many(5000, (at) => row(`u${at * 7919}`))).subarray(0, 4000), /cut off/],
  ['bomb.csv.gz', gzipSync(Buffer.alloc(40_000_000, 'a')), /no column for|holds no data/],
  ['page.csv', '<!DOCTYPE html><html><body><table><tr><td>u1</td></tr></table></body></html>\n', /no column for|holds no data/],
  ['error.json', '{"error": "rate limited"}\n', /no column for/],
  // JSON
  [
    'lines.jsonl',
    '{"user_id":"u1","item_id":"i1"}\nnot json\n{"user_id":"u2"}\n[1]\n"text"\n{"user_id":"u3","item_id":"i1"}\n',
    [6, 2, 4, 0],
  ],
  ['deep.jsonl', `{"user_id":"u1","item_id":"i1","x":${'{"a":'.repeat(60)}1${'}'.repeat(60)}}\n`, [1, 1, 0, 0]],
  ['same-keys.jsonl', '{"user_id":"u1","USER_ID":"u2","item_id":"i1"}\n', [1, 1, 0, 0]],
  ['proto.jsonl', '{"user_id":"__proto__","item_id":"constructor","__proto__":{"x":1}}\n', [1, 1, 0, 0]],
  ['dotted.jsonl', '{"user.id":"u1","user":{"id":"v1"},"item_id":"i1"}\n', [1, 1, 0, 0], { map: { user: 'user.id' } }],
  [
    'array.json',
    '[{"user":{"id":"u1"},"item_id":"i1"},\n {"user":{"id":"u2"},"item_id":null}, 5]',
    [3, 1, 2, 0],
    { map: { user: 'user.id' } },
  ],
  ['broken-array.json', '[{"user_id":"u1","item_id":"i1"},{"user_id":', /cannot be read as JSON/],
  ['pretty.json', '{\n "user_id": "u1",\n "item_id": "i1"\n}\n{\n "user_id": "u2",\n "item_id": "i1"\n}\n', [2, 2, 0, 0]],
  ['empty-array.json', '[]', /holds no data/],
  ['nested-empty.jsonl', '{"user_id":"u1","item_id":"i1","x":{},"y":[]}\n', [1, 1, 0, 0]],
  // RecBole, adjacency
  ['odd.inter', 'user_id\titem_id\nu1\ti1\n', /name:type/],
  ['quotes.inter', 'user_id:token\titem_id:token\n"u1\ti1\nu2\t"i2"\n', [2, 2, 0, 0]],
  ['lists.txt', '0 1 2 3\n1 2\n2\n', [4, 4, 0, 0]],
];

test('there are enough of them', () => {
  expect(corpus.length).toBeGreaterThanOrEqual(60);
});

/** What no message to a user may hold. */
const insides = /at .*\(.*:\d+:\d+\)|Binder Error|Parser Error|INTERNAL|undefined|\[object|TypeError/;

test.each(corpus)('%s', { timeout: 60_000 }, async (name, content, expected, options = {}) =>
  withDatabase(async ({ db, put, import: run, table }) => {
    const file = await put(name, content);
    const outcome = await run({ paths: [file], ...options }).catch((error: unknown) => error);
    if (outcome instanceof Error) {
      expect(outcome).toBeInstanceOf(EngineError);
      expect(outcome.message).not.toMatch(insides);
      expect(outcome.message).toContain(name);
      expect(Array.isArray(expected) ? 'imported' : outcome.message).toMatch(
        expected instanceof RegExp ? expected : new RegExp(outcome.message),
      );
      expect(await countEntities(db)).toEqual({ users: 0, items: 0, interactions: 0 });
      return;
    }
    const { rowsRead, accepted, rejected, duplicates } = outcome as {
      rowsRead: number;
      accepted: number;
      rejected: number;
      duplicates: number;
    };
    expect(rowsRead).toBe(accepted + rejected + duplicates);
    if (Array.isArray(expected)) expect([rowsRead, accepted, rejected, duplicates]).toEqual(expected);
    else expect(String(rowsRead)).toMatch(expected);
    const rejects = await table('rejects');
    expect(rejects).toHaveLength(Math.min(rejected, 1000));
    for (const reject of rejects) {
      expect(reject.reason).toMatch(/\w/);
      expect(String(reject.reason)).not.toMatch(insides);
      expect(reject.line).toBeGreaterThan(0);
    }
  }),
);
