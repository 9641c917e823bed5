import type { Entity } from '#contract/data';
import { EngineError } from '#contract/errors';
import type { AttributeKind } from './source.ts';

export const recboleEntities: Record<string, Entity> = { '.inter': 'interactions', '.user': 'users', '.item': 'items' };

const kinds: Record<string, AttributeKind> = { token: 'category', token_seq: 'list', float: 'number', float_seq: 'vector' };

/**
 * The header of a RecBole atomic file, `name:type` by tabs. Types: token (category), float (number), token_seq and float_seq (lists by blanks).
 */
export function readRecboleHeader(path: string, line: string): { name: string; kind: AttributeKind }[] {
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
