import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { answerDialog, expect, openView, shoot, test } from './support/app.ts';

async function write(page: Page, sql: string): Promise<void> {
  const editor = page.getByTestId('sql-editor').locator('.cm-content');
  await editor.click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(sql);
  await page.keyboard.press('Escape');
  await page.keyboard.press('ControlOrMeta+Enter');
}

test('SQL: run, refuse, sort, filter, scroll through ten million rows, plot, export, change when unlocked', async ({ app, userData }) => {
  const { page } = app;
  const file = join(userData, 'events.csv');
  const rows = Array.from(
    { length: 200 },
    (_, at) => `u${at % 20},i${at % 9},${at % 4 ? 'view' : 'like'},2024-01-0${1 + (at % 9)}T10:00:${10 + (at % 50)}Z,e${at}`,
  );
  writeFileSync(file, `user_id,item_id,event_type,timestamp,event_id\n${rows.join('\n')}\n`);
  await answerDialog(app, [join(userData, 'mine')]);
  await page.getByRole('button', { name: 'Create workspace' }).click();
  await answerDialog(app, [file]);
  await page.getByRole('button', { name: 'Import file' }).first().click();
  await page.getByTestId('import-dialog').getByRole('button', { name: 'Import file' }).click();
  await expect(page.getByTestId('import-accepted')).toContainText('200');
  await page.getByTestId('import-dialog').getByRole('button', { name: 'Open Data' }).click();

  await openView(page, 'sql');
  await page.getByRole('button', { name: 'Run statement' }).click();
  const result = page.getByTestId('sql-result');
  await expect(result).toContainText('2 rows');
  await expect(result.getByRole('row').nth(1)).toContainText('view');
  await result.getByRole('button', { name: 'events' }).click();
  await expect(result.getByRole('row').nth(1)).toContainText('like');
  await shoot(page, 'sql-result');
  await result.getByLabel('Filter events').fill('> 100');
  await page.keyboard.press('Enter');
  await expect(result.locator('.grid-foot')).toContainText('of 1');

  await write(page, "SELECT *\nFROM read_csv('/etc/passwd')");
  await expect(page.getByText('read_csv cannot be used here')).toBeVisible();
  await write(page, 'SELECT nothing\nFROM interactions');
  await expect(page.getByText('line 1, column 8')).toBeVisible();
  await shoot(page, 'sql-refused');

  await write(page, "SELECT range AS n, 'row ' || range AS text FROM range(10000000)");
  await expect(result).toContainText('10,000,000 rows');
  const grid = page.getByRole('table', { name: 'Result' });
  await grid.focus();
  await page.keyboard.press('End');
  await expect(grid.getByRole('cell', { name: 'row 9999999' })).toBeVisible();
  await page.keyboard.press('Home');
  await expect(grid.getByRole('cell', { name: 'row 0', exact: true })).toBeVisible();
  await grid.hover();
  await page.mouse.wheel(0, 280);
  await expect(result.locator('.grid-foot')).toContainText('showing 11–');
  // The bar dragged to the middle.
  await grid.evaluate((element) => {
    element.scrollTop = element.scrollHeight / 2;
  });
  await expect(result.locator('.grid-foot')).toContainText(/showing (4,99|5,00)\d,\d{3}/);
  await expect(grid.locator('.cell-wait')).toHaveCount(0);

  await answerDialog(app, [join(userData, 'out.csv')]);
  await write(page, 'SELECT user_id, count(*) AS n FROM interactions GROUP BY 1 ORDER BY 1 LIMIT 2');
  await expect(result).toContainText('2 rows in');
  await result.getByRole('button', { name: 'Export rows' }).click();
  await expect(result).toContainText('out.csv');
  expect(readFileSync(join(userData, 'out.csv'), 'utf8')).toBe('user_id,n\nu0,10\nu1,10\n');
  await result.getByText('Plot', { exact: true }).click();
  await expect(result.locator('figcaption')).toContainText('Sum of n by user_id');
  await shoot(page, 'sql-plot');

  await write(page, "DELETE FROM interactions WHERE event_type = 'like'");
  await expect(page.getByText('while the console is locked')).toBeVisible();
  await page.getByText('Unlocked', { exact: true }).click();
  await write(page, "DELETE FROM interactions WHERE event_type = 'like'");
  await expect(page.getByText('50 rows in')).toBeVisible();
  await expect(page.getByTestId('sql-history')).toContainText('DELETE FROM interactions');
});
