import { formatValue } from '../format/text.ts';

/** Attribute names that call an item by its name, the best first. */
const titles = ['title', 'name', 'label', 'movie_title', 'item_name', 'headline'];

/** What an item is called: one of its attributes if there is one, its id otherwise. */
export function titleOf(itemId: string, attributes: Readonly<Record<string, unknown>>): string {
  const key = Object.keys(attributes).find((name) => titles.includes(name.toLowerCase()) && formatValue(attributes[name]) !== '');
  return key === undefined ? itemId : formatValue(attributes[key]);
}

/** The other attributes in one line, ids and empty ones left out: `category video · difficulty 2`. */
export function attributesLine(itemId: string, attributes: Readonly<Record<string, unknown>>): string {
  const title = titleOf(itemId, attributes);
  return Object.entries(attributes)
    .map(([name, value]): [string, string] => [name, formatValue(value)])
    .filter(([name, text]) => text !== '' && text !== itemId && text !== title && !/(^|_)id$/i.test(name))
    .map(([name, text]) => `${name} ${text}`)
    .join(' · ');
}
