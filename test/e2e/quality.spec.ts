import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerDialog, expect, openView, shoot, test } from './support/app.ts';

test('Quality: what is wrong is found with an example, mended by a click, and taken back', async ({ app, userData }) => {
  const { page } = app;
  const file = join(userData, 'log.csv');
  const rows = Array.from(
    { length: 600 },
    (_, at) => `e${at},user${at % 30},item${(at * 7) % 23},view,${new Date(Date.UTC(2024, 0, 1) + at * 700_000).toISOString()}`,
  );
  const wrong = [
    'x1, USER3,item1,view,2024-01-03T00:00:00Z',
    'x2,user1,item1,view,2099-01-01T00:00:00Z',
    'x3,user2,item2,view,2099-01-01T00:00:00Z',
  ];
  writeFileSync(file, `event_id,user_id,item_id,event_type,timestamp\n${[...rows, ...wrong].join('\n')}\n`);
  await answerDialog(app, [join(userData, 'mine')]);
  await page.getByRole('button', { name: 'Create workspace' }).click();
  await answerDialog(app, [file]);
  await page.getByRole('button', { name: 'Import file' }).first().click();
  await page.getByTestId('import-dialog').getByRole('button', { name: 'Import file' }).click();
  await expect(page.getByTestId('import-accepted')).toContainText('603');
  await page.getByTestId('import-dialog').getByRole('button', { name: 'Open Data' }).click();
  await openView(page, 'data');

  const quality = page.getByTestId('quality');
  await quality.getByRole('button', { name: 'Check data' }).click();
  await expect(quality).toContainText('2 of 14 checks need a look');
  await expect(quality).toContainText('Times that are still to come');
  await expect(quality).toContainText('2099-01-01');
  await quality.scrollIntoViewIfNeeded();
  await shoot(page, 'quality');
  await quality.getByRole('button', { name: 'Take these rows out' }).click();
  await expect(page.getByRole('alertdialog')).toContainText('Times that are still to come: 2 rows');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Take these rows out' }).click();
  await expect(quality).toContainText('1 of 14 checks needs a look');
  await expect(page.getByTestId('quality-fixes')).toContainText('2 rows');
  await page.getByTestId('quality-fixes').getByRole('button', { name: 'Undo fix' }).click();
  await expect(page.getByTestId('quality-fixes')).toHaveCount(0);
  await expect(quality).toContainText('the data has changed since');
});
