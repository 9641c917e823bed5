// `npm run package`: a runnable folder of the app in release/ (or in the folder after --output).
import fs from 'node:fs';
import path from 'node:path';
import { build, Platform } from 'electron-builder';
import { setFuses } from './packaging/fuses.mjs';
import { packagedRuntime, refuseFallback } from './packaging/runtime.mjs';
import { placeTensorFlowLibraries } from './packaging/tensorflow-libraries.mjs';
import { root } from './setup/folders.mjs';
import { giveUp, setUp } from './setup.mjs';

const at = process.argv.indexOf('--output');
const output = path.resolve(root, (at > 0 && process.argv[at + 1]) || 'release');

/** @param {import('electron-builder').AfterPackContext} context */
async function finish(context) {
  const { appOutDir, packager, electronPlatformName } = context;
  // A runtime that is given as a folder brings its default app and its version file along.
  for (const file of ['resources/default_app.asar', 'version']) fs.rmSync(path.join(appOutDir, file), { force: true });
  const mac = electronPlatformName === 'darwin';
  const app = path.join(appOutDir, mac ? `${packager.appInfo.productFilename}.app` : '');
  placeTensorFlowLibraries(root, path.join(app, mac ? 'Contents/Resources' : 'resources'));
  const name = electronPlatformName === 'win32' ? `${packager.appInfo.productFilename}.exe` : 'recsmith';
  await setFuses(mac ? app : path.join(appOutDir, name), electronPlatformName);
}

process.chdir(root);
try {
  await setUp({ build: false, quiet: true });
  const runtime = packagedRuntime(root);
  const notice = refuseFallback(runtime);
  await setUp();
  const started = performance.now();
  await build({
    targets: Platform.current().createTarget('dir'),
    projectDir: root,
    publish: 'never',
    config: {
      directories: { output },
      electronDist: runtime.folder,
      electronVersion: runtime.version,
      afterPack: finish,
    },
  });
  process.stdout.write(
    `packaged into ${path.relative(root, output) || output} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
  );
  if (notice) process.stdout.write(`${notice}\n`);
} catch (error) {
  giveUp(error);
}
