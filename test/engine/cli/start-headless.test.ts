import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { recsmith, recsmithJson } from '../../support/cli.ts';
import { withFolder } from '../../support/folders.ts';

test(
  'a second headless start serves what is there at once, and builds only where data is new or it is asked to',
  { timeout: 240_000 },
  () =>
    withFolder(async (state) => {
      const workspace = path.join(state, 'sample-workspace');
      const data = path.join(state, 'data');
      await recsmithJson(['generate', '--users', '120', '--items', '80', '--events', '6000', '--seed', '7', '--out', data], { state });
      await recsmithJson(['init', workspace], { state });
      await recsmithJson(['import', workspace, data], { state });
      const { bundle } = await recsmithJson<{ bundle: string }>(['build', workspace, '--set', 'epochs=2'], { state });

      const again = await recsmith(['start-headless', '--port', '0'], { state, signalAt: /Serving bundle/ });
      expect(again.stderr).toContain(`Sample workspace: ${workspace} (used again: 6,000 interactions, 2 runs)`);
      expect(again.stderr).toContain(`No new data came since ${bundle} was made`);
      expect(again.stderr).toContain('npm start -- --headless --rebuild');
      expect(again.stderr).not.toContain('Training');
      expect(again.stdout).toContain(`Serving ${bundle} at http://127.0.0.1:`);
      expect(again.code).toBe(0);

      const asked = await recsmith(['start-headless', '--rebuild'], { state, signalAt: /Reading the data/ });
      expect(asked.stderr).toContain('Building anew, as asked.');
      expect(asked.code).toBe(130);

      const dead = await recsmith(['start-headless', '--port', '0'], { state, killServerOf: path.join(workspace, 'events') });
      expect(dead.code).toBe(16);
      expect(dead.stderr).toContain('The server stopped unexpectedly (SIGKILL).');

      const more = path.join(state, 'more.csv');
      await writeFile(more, 'user_id,item_id,event_type,timestamp\nu001,i010,like,2030-01-01T00:00:00Z\n');
      await recsmithJson(['import', workspace, more], { state });
      const renewed = await recsmith(['start-headless'], { state, signalAt: /Reading the data/ });
      expect(renewed.stderr).toContain(`New data came since the training of ${bundle}: building with it.`);
      expect(renewed.code).toBe(130);
    }),
);
