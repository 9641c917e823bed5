import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(__dirname, '..', '..');
const pages = [
  'README.md',
  ...readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Where a page's links and pictures lead, without those to the web and within the page. */
function linksOf(page: string): string[] {
  const text = readFileSync(path.join(root, page), 'utf8');
  return Array.from(text.matchAll(/\]\(([^)#\s]+)/g), ([, target]) => target as string).filter((target) => !/^[a-z]+:/.test(target));
}

test.each(pages)('the links of %s lead to files that are there', (page) => {
  const missing = linksOf(page).filter((target) => !existsSync(path.join(root, path.dirname(page), target)));
  expect(missing).toEqual([]);
});
