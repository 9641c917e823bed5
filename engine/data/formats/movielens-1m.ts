import type { Entity } from '#contract/data';
import type { AttributeKind } from '../source.ts';
import { quoteText } from '../sql.ts';
import { delimited } from './csv.ts';
import { type Delimited, parseRecords } from './delimited-head.ts';
import type { Format } from './format.ts';
import { demandText, rowsOfHead } from './text.ts';

interface Layout {
  entity: Entity;
  columns: string[];
  declared: Record<string, AttributeKind>;
  derived?: Delimited['derived'];
}

const ages: Record<string, string> = { 1: 'under 18', 18: '18-24', 25: '25-34', 35: '35-44', 45: '45-49', 50: '50-55', 56: '56 and over' };

/** The files of MovieLens 1M and 10M: fields by `::`, no header, Latin-1 in the older. */
const layouts: Record<string, Layout> = {
  'ratings.dat': { entity: 'interactions', columns: ['user_id', 'item_id', 'rating', 'timestamp'], declared: {} },
  'users.dat': {
    entity: 'users',
    columns: ['user_id', 'gender', 'age', 'occupation', 'zip_code'],
    declared: { gender: 'category', age: 'category', occupation: 'category', zip_code: 'category' },
    derived: [
      ...['user_id', 'gender'].map((name) => ({ name, sql: name })),
      {
        name: 'age',
        sql: `CASE age ${Object.entries(ages)
          .map(([code, text]) => `WHEN '${code}' THEN ${quoteText(text)}`)
          .join(' ')} ELSE age END`,
      },
      ...['occupation', 'zip_code'].map((name) => ({ name, sql: name })),
    ],
  },
  'movies.dat': { entity: 'items', columns: ['item_id', 'title', 'genres'], declared: { title: 'text', genres: 'list' } },
};

export const movieLens1m: Format = {
  id: 'movielens-1m',
  label: 'MovieLens 1M, 10M (::)',
  endings: [],
  claims: ({ name, head }) => Object.hasOwn(layouts, name) && /^[^\n]*::/.test(head.text),
  async open(file) {
    demandText(file);
    const layout = layouts[file.name] ?? (layouts['ratings.dat'] as Layout);
    const dialect: Delimited = {
      delimiter: '::',
      quote: '',
      header: false,
      columns: layout.columns,
      ...(layout.derived ? { derived: layout.derived } : {}),
    };
    return delimited(dialect, {
      names: layout.columns,
      sample: parseRecords(file.head.text, '::', '', 200).map((record) => layout.columns.map((_, at) => record[at] ?? null)),
      header: true,
      entity: layout.entity,
      declared: layout.declared,
      expectedRows: rowsOfHead(file.head),
    });
  },
};
