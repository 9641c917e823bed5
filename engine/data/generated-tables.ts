import { cohorts, contentTypes, tags, topics } from './generated-catalogue.ts';
import type { World } from './generated-world.ts';

/** Ids with leading zeros, so that they sort as they count: u0001 to u1000. */
export function namer(letter: string, count: number): (row: number) => string {
  const width = String(count).length;
  return (row) => letter + String(row + 1).padStart(width, '0');
}

export const userHeader = 'user_id,cohort,level';
export const itemHeader = 'item_id,title,type,topic,tags,difficulty';

export function describeUser(world: World, row: number, id: string): string {
  return `${id},${cohorts[world.cohort[row] as number]},${world.level[row]}`;
}

const lead: Record<(typeof contentTypes)[number], string> = { video: 'Watch', article: 'Read', quiz: 'Test yourself' };

export function describeItem(world: World, row: number, id: string): string {
  const type = contentTypes[world.type[row] as number] as (typeof contentTypes)[number];
  const topic = topics[world.topic[row] as number] as string;
  const own = Array.from(world.itemTags.subarray(row * 4, row * 4 + 4))
    .filter((tag) => tag !== 255)
    .map((tag) => tags[tag] as string);
  const facet = own[0]?.split('-')[1] ?? 'basics';
  const number = row - (world.topicStarts[world.topic[row] as number] as number) + 1;
  return `${id},"${lead[type]}: ${facet} of ${topic}, no. ${number}",${type},${topic},${own.join('|')},${world.difficulty[row]}`;
}
