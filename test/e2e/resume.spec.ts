import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type App, expect, launch, openView, processId, quit, test } from './support/app.ts';

/** Every epoch is kept, so that a short training has something to go on from. */
const everyEpoch = { RECSMITH_CHECKPOINT_SECONDS: '0' };

function hasCheckpoint(userData: string): boolean {
  const folder = join(userData, 'sample-workspace', 'checkpoints');
  return existsSync(folder) && readdirSync(folder).some((id) => existsSync(join(folder, id, 'checkpoint.json')));
}

/** BPR-MF on the sample data, with so many epochs that it runs for a while, as far as its first checkpoint. */
async function trainToCheckpoint({ page }: App, userData: string, epochs: number): Promise<void> {
  await openView(page, 'home');
  await page.getByRole('button', { name: 'Open sample' }).first().click();
  await expect(page.getByTestId('view-home')).toContainText(/[1-9][\d,]* interactions of/, { timeout: 60_000 });
  await openView(page, 'models');
  await page.getByRole('button', { name: /^BPR-MF/ }).click();
  await page.getByLabel('Epochs', { exact: true }).fill(String(epochs));
  await page.getByRole('button', { name: 'Train model', exact: true }).click();
  await expect.poll(() => hasCheckpoint(userData), { timeout: 60_000, intervals: [20] }).toBe(true);
}

test('a training that was lost with the engine is offered on Home, and goes on to its run', async ({ userData }) => {
  const app = await launch(userData, everyEpoch);
  const { page } = app;
  await trainToCheckpoint(app, userData, 30);
  process.kill((await processId(app, 'engine')) ?? 0, 'SIGKILL');
  await expect(page.getByTestId('engine-state')).toHaveAttribute('data-state', 'running');
  await openView(page, 'home');
  const row = page.getByTestId('interrupted-training');
  await expect(row).toContainText(/BPR-MF epoch \d+ of the (search|final fit)/);
  await row.getByRole('button', { name: 'Resume BPR-MF' }).click();
  await expect(page.getByTestId('jobs-table').locator('tbody tr').first()).toContainText(/Resume BPR-MF.*Done/, { timeout: 90_000 });
  await openView(page, 'models');
  await expect(page.getByTestId('view-models')).toContainText('Run: BPR-MF');
  expect(hasCheckpoint(userData)).toBe(false);
  await quit(app);
});

test('a training that was cancelled is resumed where it was set going, or discarded in two steps', async ({ userData }) => {
  const app = await launch(userData, everyEpoch);
  const { page } = app;
  await trainToCheckpoint(app, userData, 1000);
  const view = page.getByTestId('view-models');
  await view.getByRole('button', { name: 'Cancel Train BPR-MF' }).click();
  await expect(view).toContainText('The training was cancelled; it leaves no run.');
  const way = view.getByTestId('way-on');
  await expect(way).toContainText(/Kept: epoch \d+ of the search/);
  await way.getByRole('button', { name: 'Resume BPR-MF' }).click();
  await view.getByRole('button', { name: 'Cancel Resume BPR-MF' }).click();
  await expect(way).toContainText(/Kept: epoch \d+ of the search/);
  await way.getByRole('button', { name: 'Discard the checkpoint of BPR-MF' }).click();
  await way.getByRole('button', { name: 'Delete the checkpoint of BPR-MF' }).click();
  await expect(way).toHaveCount(0);
  expect(hasCheckpoint(userData)).toBe(false);
  await quit(app);
});
