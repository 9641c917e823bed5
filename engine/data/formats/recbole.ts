import type { Entity } from '#contract/data';
import { EngineError } from '#contract/errors';
import type { AttributeKind } from '../source.ts';
import { delimited } from './csv.ts';
import { parseRecords } from './delimited-head.ts';
import { type Format, hasEnding } from './format.ts';
import { demandText, holdsNothing, rowsOfHead } from './text.ts';

const entities: Record<string, Entity> = { '.inter': 'interactions', '.user': 'users', '.item': 'items' };

const kinds: Record<string, AttributeKind> = { token: 'category', token_seq: 'list', float: 'number', float_seq: 'vector' };

/**
 * The header of a RecBole atomic file, `name:type` by tabs. Types: token (category), float (number), token_seq and float_seq (lists by blanks).
 */
function readHeader(path: string, line: string): { name: string; kind: AttributeKind }[] {
  return line.split('\t').map((cell) => {
    const at = cell.lastIndexOf(':');
    const kind = kinds[cell.slice(at + 1).trim()];
    if (at < 1 || kind === undefined) {
      throw new EngineError(
        'bad_data',
        `${path} is no RecBole file: line 1 has “${cell}” where name:type is expected (types: ${Object.keys(kinds).join(', ')}).`,
        {
          file: path,
          line: 1,
          column: cell,
        },
      );
    }
    return { name: cell.slice(0, at), kind };
  });
}

export const recbole: Format = {
  id: 'recbole',
  label: 'RecBole atomic files',
  endings: Object.keys(entities),
  claims: (file) => hasEnding(recbole, file.name),
  async open(file) {
    demandText(file);
    const [first = [], ...sample] = parseRecords(file.head.text, '\t', '', 201);
    const fields = readHeader(file.path, first.join('\t'));
    if (sample.length === 0) throw holdsNothing(file.path, 'it has a header and no rows');
    const names = fields.map((field) => field.name);
    return delimited(
      { delimiter: '\t', quote: '', header: true, columns: names },
      {
        names,
        sample,
        header: true,
        entity: entities[/\.[^.]*$/.exec(file.name)?.[0] ?? ''],
        declared: Object.fromEntries(fields.map((field) => [field.name, field.kind])),
        expectedRows: rowsOfHead(file.head),
      },
    );
  },
};
