import type { Entity } from '#contract/data';
import { quoteText } from '../sql.ts';
import { delimited } from './csv.ts';
import { type Delimited, parseRecords } from './delimited-head.ts';
import type { Format } from './format.ts';
import { demandText, rowsOfHead } from './text.ts';

/** The genre flags of u.item, in the order of u.genre. */
const genres = [
  ...['unknown', 'Action', 'Adventure', 'Animation', "Children's", 'Comedy', 'Crime', 'Documentary', 'Drama', 'Fantasy', 'Film-Noir'],
  ...['Horror', 'Musical', 'Mystery', 'Romance', 'Sci-Fi', 'Thriller', 'War', 'Western'],
];

interface MovieLensFile {
  entity: Entity;
  dialect: Delimited;
  declared: Record<string, 'category' | 'number' | 'list' | 'text'>;
}

/** The files of MovieLens 100K as GroupLens ships them; u.item is in Latin-1 and spreads genres over 19 columns of 0 and 1. */
export const movieLensFiles: Record<string, MovieLensFile> = {
  'u.data': {
    entity: 'interactions',
    dialect: { delimiter: '\t', quote: '', header: false, columns: ['user_id', 'item_id', 'rating', 'timestamp'] },
    declared: {},
  },
  'u.user': {
    entity: 'users',
    dialect: { delimiter: '|', quote: '', header: false, columns: ['user_id', 'age', 'gender', 'occupation', 'zip_code'] },
    declared: { age: 'number', gender: 'category', occupation: 'category', zip_code: 'category' },
  },
  'u.item': {
    entity: 'items',
    dialect: {
      delimiter: '|',
      quote: '',
      header: false,
      columns: ['item_id', 'title', 'release_date', 'video_release_date', 'imdb_url', ...genres],
      derived: [
        { name: 'item_id', sql: 'item_id' },
        { name: 'title', sql: 'title' },
        { name: 'release_year', sql: "nullif(regexp_extract(release_date, '(\\d{4})$', 1), '')" },
        {
          name: 'genres',
          sql: `concat_ws('|', ${genres.map((genre) => `CASE WHEN "${genre}" = '1' THEN ${quoteText(genre)} END`).join(', ')})`,
        },
      ],
    },
    declared: { title: 'text', release_year: 'category', genres: 'list' },
  },
};

export const movieLens100k: Format = {
  id: 'movielens-100k',
  label: 'MovieLens 100K (u.data, u.item, u.user)',
  endings: ['u.data', 'u.item', 'u.user'],
  claims: ({ name }) => Object.hasOwn(movieLensFiles, name),
  async open(file) {
    demandText(file);
    const { dialect, entity, declared } = movieLensFiles[file.name] ?? (movieLensFiles['u.data'] as MovieLensFile);
    const names = dialect.derived?.map((column) => column.name) ?? dialect.columns;
    // Of columns that are made by SQL the sample has those that stand in the file as they are.
    const places = names.map((name) => dialect.columns.indexOf(name));
    const sample = parseRecords(file.head.text, dialect.delimiter, '', 200).map((record) => places.map((place) => record[place] ?? null));
    return delimited(dialect, { names, sample, header: true, entity, declared, expectedRows: rowsOfHead(file.head) });
  },
};
