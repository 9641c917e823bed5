// `electron <folder or script>`: the first argument that is no flag is the app, as with Electron's own default app.
const { app } = require('electron');
const { readFileSync, statSync } = require('node:fs');
const path = require('node:path');

const given = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (given === undefined) {
  process.stderr.write('usage: electron [flags] <app folder or script>\n');
  process.exit(2);
}
const target = path.resolve(given);
const isFolder = statSync(target).isDirectory();
// From a script, too, the app is the package around it, so that names and paths come out as with a folder.
let folder = isFolder ? target : path.dirname(target);
const manifestIn = (at) => {
  try {
    return JSON.parse(readFileSync(path.join(at, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
};
while (!manifestIn(folder) && path.dirname(folder) !== folder) folder = path.dirname(folder);
const manifest = manifestIn(folder) ?? {};
process.defaultApp = true;
if (manifest.productName ?? manifest.name) app.setName(manifest.productName ?? manifest.name);
if (manifest.version) app.setVersion(manifest.version);
app.setAppPath(folder);
require(isFolder ? path.join(folder, manifest.main ?? 'index.js') : target);
