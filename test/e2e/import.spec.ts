import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerDialog, expect, openView, shoot, test } from './support/app.ts';

const rows = [
  'user_id,item_id,timestamp',
  'ann,film-1,2024-03-01T10:00:00Z',
  'bob,film-2,2024-03-01T11:00:00Z',
  ',film-3,2024-03-01T12:00:00Z',
  'cid,film-1,not a time',
  'dee,film-2,2024-03-02T09:00:00Z',
];

test('a chosen file is shown before it is imported; rejected rows are kept with line and reason', async ({ app, userData }) => {
  const { page } = app;
  const file = join(userData, 'views.csv');
  writeFileSync(file, `${rows.join('\n')}\n`);
  await answerDialog(app, [join(userData, 'mine')]);
  await page.getByRole('button', { name: 'Create workspace' }).click();
  await answerDialog(app, [file]);
  await openView(page, 'data');
  await page.getByRole('button', { name: 'Import file' }).first().click();
  const dialog = page.getByTestId('import-dialog');
  await expect(dialog).toContainText('film-1');
  await dialog.getByRole('button', { name: 'Import file' }).click();
  await expect(page.getByTestId('import-accepted')).toContainText('3');
  await expect(page.getByTestId('import-rejected')).toContainText('2');
  await dialog.getByRole('button', { name: 'Show rejects' }).click();
  const rejects = page.getByRole('table', { name: 'Rows of rejects' });
  await expect(rejects).toContainText('4');
  await expect(rejects).toContainText('user');
  await expect(rejects).toContainText('not a time');
});

test('a dropped file opens the same preview, by its real path', async ({ app, userData }) => {
  const { page } = app;
  const file = join(userData, 'dropped.csv');
  writeFileSync(file, `${rows.slice(0, 3).join('\n')}\n`);
  // A file that a script makes has no path; one that was chosen has, as a dropped one.
  await page.evaluate(() => {
    const input = Object.assign(document.createElement('input'), { type: 'file', id: 'drop-source' });
    document.body.append(input);
  });
  await page.locator('#drop-source').setInputFiles(file);
  await page.evaluate(() => {
    const input = document.querySelector<HTMLInputElement>('#drop-source');
    const dataTransfer = new DataTransfer();
    if (input?.files?.[0]) dataTransfer.items.add(input.files[0]);
    window.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  });
  await expect(page.getByTestId('import-dialog')).toContainText(file);
  await expect(page.getByTestId('import-dialog')).toContainText('film-2');
});

test('a file that cannot be read says which and what to do, and harms nothing', async ({ app, userData }) => {
  const { page } = app;
  await answerDialog(app, [join(userData, 'gone.csv')]);
  await page.getByRole('button', { name: 'Import file' }).first().click();
  const dialog = page.getByTestId('import-dialog');
  await expect(dialog).toContainText('gone.csv');
  await expect(dialog.getByRole('button', { name: 'Import file' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('engine-state')).toHaveAttribute('data-state', 'running');
});

test('a dropped file is mapped anew, imported, looked at, frozen in part, and taken back', async ({ app, userData }) => {
  const { page } = app;
  const file = join(userData, 'odd.csv');
  const lines = Array.from(
    { length: 60 },
    (_, at) => `visitor-${at % 7},thing-${at % 11},${1_700_000_000 + at * 3600},${at % 3 ? 'view' : 'like'}`,
  );
  writeFileSync(file, `who,what,moment,kind\n${lines.join('\n')}\n`);
  await answerDialog(app, [join(userData, 'mine')]);
  await page.getByRole('button', { name: 'Create workspace' }).click();
  await page.evaluate(() => {
    const input = Object.assign(document.createElement('input'), { type: 'file', id: 'drop-source' });
    document.body.append(input);
  });
  await page.locator('#drop-source').setInputFiles(file);
  await page.evaluate(() => {
    const input = document.querySelector<HTMLInputElement>('#drop-source');
    const dataTransfer = new DataTransfer();
    if (input?.files?.[0]) dataTransfer.items.add(input.files[0]);
    window.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  });
  const dialog = page.getByTestId('import-dialog');
  await expect(dialog).toContainText('No column is the user and the item yet');
  await expect(dialog.getByRole('button', { name: 'Import file' })).toBeDisabled();
  await shoot(page, 'import-unmapped');
  await dialog.getByLabel('Role of who').selectOption('user');
  await dialog.getByLabel('Role of what').selectOption('item');
  await expect(dialog).toContainText('visitor-3');
  await dialog.getByLabel('Role of kind').selectOption('type');
  await expect(dialog.getByLabel('Role of moment')).toHaveValue('timestamp');
  await expect(dialog).toContainText('like × 20');
  await shoot(page, 'import-mapped');
  await dialog.getByRole('button', { name: 'Import file' }).click();
  await expect(page.getByTestId('import-accepted')).toContainText('60');
  await dialog.getByRole('button', { name: 'Open Data' }).click();
  await expect(page.getByText('visitor-1').first()).toBeVisible();

  await page.getByRole('button', { name: 'New dataset' }).click();
  const making = page.getByRole('dialog', { name: 'New dataset' });
  await making.getByLabel('Name').fill('likes');
  await making.getByLabel('Event types').fill('like');
  await making.getByRole('button', { name: 'Preview steps' }).click();
  await expect(making.getByTestId('dataset-steps')).toContainText('Event types');
  await shoot(page, 'dataset-preview');
  await making.getByRole('button', { name: 'Freeze dataset' }).click();
  await expect(making).toContainText('likes is frozen');
  await making.getByRole('button', { name: 'Close' }).last().click();
  await expect(page.getByTestId('datasets-table')).toContainText('likes');

  await openView(page, 'sql');
  await page.getByRole('button', { name: 'Run statement' }).click();
  await expect(page.getByTestId('sql-result').getByRole('row').nth(1)).toContainText('view');
  await expect(page.getByTestId('sql-result').getByRole('row').nth(1)).toContainText('40');
  await openView(page, 'data');

  await page.getByRole('button', { name: 'Undo the import of odd.csv' }).click();
  await expect(page.getByRole('alertdialog')).toContainText('60 interactions of odd.csv');
  await page.getByRole('button', { name: 'Undo import' }).click();
  await expect(page.getByText('Nothing is imported yet').first()).toBeVisible();
});
