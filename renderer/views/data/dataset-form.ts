import type { DatasetRecipe } from '#contract/dataset';

/** A recipe that is being written, all as text. */
export interface DatasetDraft {
  name: string;
  from: string;
  to: string;
  eventTypes: string;
  minValue: string;
  mostPerDay: string;
  once: '' | 'first' | 'last';
  userShare: string;
  minPerUser: string;
  minPerItem: string;
}

export const emptyDataset: DatasetDraft = {
  name: '',
  from: '',
  to: '',
  eventTypes: '',
  minValue: '',
  mostPerDay: '',
  once: '',
  userShare: '',
  minPerUser: '',
  minPerItem: '',
};

type Field = Exclude<keyof DatasetDraft, 'once'>;

/** What each field asks for, in the order of the steps. */
export const datasetFields: readonly { name: Exclude<Field, 'name'>; label: string; help: string }[] = [
  { name: 'from', label: 'From', help: 'A day or a moment of UTC: 2024-01-31.' },
  { name: 'to', label: 'Before', help: 'The first day that is not in it any more.' },
  { name: 'eventTypes', label: 'Event types', help: 'With commas; empty takes all.' },
  { name: 'minValue', label: 'Least value', help: 'Of what has one: ratings from 4 on.' },
  { name: 'mostPerDay', label: 'Most a user and day', help: 'Who has more on any day is a robot and leaves wholly.' },
  { name: 'userShare', label: 'Share of the users', help: 'Between 0 and 1, drawn by seed.' },
  { name: 'minPerUser', label: 'Least items of a user', help: 'k-core, over and over until nobody has fewer.' },
  { name: 'minPerItem', label: 'Least users of an item', help: 'k-core, likewise.' },
];

const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text) && !Number.isNaN(Date.parse(text));

/** The recipe, or what is wrong with each field. */
export function readDataset(draft: DatasetDraft): { recipe: Partial<DatasetRecipe>; problems: Partial<Record<Field, string>> } {
  const recipe: Partial<DatasetRecipe> = {};
  const problems: Partial<Record<Field, string>> = {};
  for (const name of ['from', 'to'] as const) {
    const text = draft[name].trim();
    if (text === '') continue;
    if (isDate(text)) recipe[name] = text;
    else problems[name] = 'Enter a day such as 2024-01-31, or a moment such as 2024-01-31T12:00:00Z.';
  }
  const types = draft.eventTypes
    .split(',')
    .map((type) => type.trim())
    .filter((type) => type !== '');
  if (types.length > 0) recipe.eventTypes = types;
  const number = (
    name: 'minValue' | 'mostPerDay' | 'userShare' | 'minPerUser' | 'minPerItem',
    allowed: (value: number) => boolean,
    wanted: string,
  ): void => {
    const text = draft[name].trim();
    if (text === '') return;
    const value = Number(text);
    if (Number.isFinite(value) && allowed(value)) recipe[name] = value;
    else problems[name] = wanted;
  };
  const whole = (value: number): boolean => Number.isInteger(value) && value >= 1;
  number('minValue', () => true, 'Enter a number.');
  number('mostPerDay', whole, 'Enter a whole number from 1 on.');
  number('userShare', (value) => value > 0 && value < 1, 'Enter a share between 0 and 1.');
  number('minPerUser', whole, 'Enter a whole number from 1 on.');
  number('minPerItem', whole, 'Enter a whole number from 1 on.');
  if (draft.once !== '') recipe.once = draft.once;
  return { recipe, problems };
}
