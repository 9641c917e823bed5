import type { Entity } from '#contract/data';
import type { Dialect } from './source.ts';
import { quoteText } from './sql.ts';

/** The genre flags of u.item, in the order of u.genre. */
const genres = [
  ...['unknown', 'Action', 'Adventure', 'Animation', "Children's", 'Comedy', 'Crime', 'Documentary', 'Drama', 'Fantasy', 'Film-Noir'],
  ...['Horror', 'Musical', 'Mystery', 'Romance', 'Sci-Fi', 'Thriller', 'War', 'Western'],
];

export interface MovieLensFile {
  entity: Entity;
  dialect: Dialect;
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
