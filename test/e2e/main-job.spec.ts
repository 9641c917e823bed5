import { expect, launch, openView, test } from './support/app.ts';

interface Answer {
  source: string;
  items: { item_id: string }[];
}

test('from the sample to recommendations over HTTP, an event back, and all of it still there after a restart', async ({ app, userData }) => {
  test.setTimeout(240_000);
  const { page } = app;

  await page.getByTestId('build-recommender').click();
  await expect(page.getByTestId('pipeline-stage-serve')).toHaveAttribute('data-status', 'succeeded', { timeout: 180_000 });
  await expect(page.getByTestId('metrics-table').getByRole('row')).not.toHaveCount(0);
  await expect(page.getByTestId('metrics-table')).toContainText('Popularity');
  const verdict = await page.getByTestId('verdict').textContent();

  await openView(page, 'serve');
  const serving = page.getByTestId('serve-switch');
  await expect(serving).toHaveAttribute('aria-checked', 'true');
  await serving.click();
  await expect(serving).toHaveAttribute('aria-checked', 'false');
  await serving.click();
  await expect(serving).toHaveAttribute('aria-checked', 'true');
  const url = (await page.getByTestId('server-url').textContent()) ?? '';
  await expect(page.getByTestId('status-server')).toContainText(url.replace('http://', ''));

  const user = (await page.getByLabel('User id').getAttribute('placeholder')) ?? '';
  const response = await fetch(`${url}/recommend/${encodeURIComponent(user)}?k=10`);
  expect(response.status).toBe(200);
  const answer = (await response.json()) as Answer;
  expect(answer.items).toHaveLength(10);
  expect(answer.source).not.toBe('popularity');

  await page.getByRole('button', { name: 'Send request' }).click();
  await expect(page.getByTestId('try-result')).toContainText(answer.items[0]?.item_id ?? 'no item');

  const event = { event_id: 'e2e-1', user_id: user, item_id: answer.items[0]?.item_id, event_type: 'like' };
  const posted = await fetch(`${url}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });
  expect(posted.status).toBe(202);

  await openView(page, 'data');
  await page.getByRole('tab', { name: 'Interactions' }).click();
  const interactions = page.getByTestId('view-data').getByText('Interactions', { exact: true }).first();
  await expect(interactions).toBeVisible();
  await expect(page.getByRole('table', { name: 'Rows of interactions' })).toContainText('like');

  await app.electron.close();
  const again = await launch(userData);
  try {
    await openView(again.page, 'home');
    await again.page.getByRole('button', { name: 'Open Sample', exact: true }).click();
    await expect(again.page.getByTestId('verdict')).toHaveText(verdict ?? 'no verdict');
    await openView(again.page, 'models');
    await expect(again.page.getByTestId('metrics-table').first()).toContainText('Popularity');
  } finally {
    await again.electron.close();
  }
});
