import { expect, openView, shoot, test } from './support/app.ts';

test('Explore: captions from the data, a brush that narrows all, and the statement behind a plot', async ({ app }) => {
  const { page } = app;
  await page.getByRole('button', { name: 'Open sample' }).first().click();
  await openView(page, 'explore');
  await expect(page.getByTestId('explore-overview')).toContainText('Interactions', { timeout: 60_000 });
  const time = page.getByTestId('explore-time');
  await expect(time.locator('figcaption')).toContainText('Most happened on', { timeout: 60_000 });
  await expect(page.getByTestId('explore-together').locator('figcaption')).toContainText('go together most');
  await expect(page.locator('.skeleton, .bp6-skeleton')).toHaveCount(0);
  await shoot(page, 'explore');
  await page.getByTestId('explore-together').scrollIntoViewIfNeeded();
  await shoot(page, 'explore-below');

  const all = await page.getByTestId('explore-overview').innerText();
  await time.scrollIntoViewIfNeeded();
  const plot = time.locator('.nsewdrag').first();
  const box = (await plot.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2, { steps: 8 });
  await page.mouse.up();
  await expect(page.getByText(/From 2024-/)).toBeVisible();
  await expect(page.getByTestId('explore-overview')).not.toHaveText(all);
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(page.getByTestId('explore-overview')).toHaveText(all.replaceAll('\n', ''), { useInnerText: false });

  await page.getByRole('button', { name: 'Open How popularity is spread in SQL' }).click();
  await expect(page.getByTestId('sql-editor')).toContainText('per_item AS');
  await page.getByRole('button', { name: 'Run statement' }).click();
  await expect(page.getByTestId('sql-result')).toContainText('rows in');
});
