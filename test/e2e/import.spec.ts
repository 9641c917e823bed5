import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerDialog, expect, openView, test } from './support/app.ts';

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
