// TensorFlow's shared libraries beside its binding, as real files: in a clone they may be links into the cache of the set-up.
import fs from 'node:fs';
import path from 'node:path';

const PACKAGE = path.join('node_modules', '@tensorflow', 'tfjs-node-gpu');

/**
 * Puts `deps/lib` into the unpacked part of a package. On one file system the big files are hard links: nothing is written twice.
 * @param {string} root
 * @param {string} resources the package's resources folder
 * @returns {number} libraries put in place; none where set-up found no native TensorFlow
 */
export function placeTensorFlowLibraries(root, resources) {
  const from = path.join(root, PACKAGE, 'deps', 'lib');
  if (!fs.existsSync(from)) return 0;
  const to = path.join(resources, 'app.asar.unpacked', PACKAGE, 'deps', 'lib');
  fs.mkdirSync(to, { recursive: true });
  // A link beside its target, such as libtensorflow.so, is only for the linker.
  const names = fs.readdirSync(from).filter((name) => !isAlias(path.join(from, name)));
  for (const name of names) linkOrCopy(fs.realpathSync(path.join(from, name)), path.join(to, name));
  return names.length;
}

/** @param {string} file */
function isAlias(file) {
  return fs.lstatSync(file).isSymbolicLink() && !fs.readlinkSync(file).includes(path.sep);
}

/** @param {string} from @param {string} to */
function linkOrCopy(from, to) {
  try {
    fs.linkSync(from, to);
  } catch {
    fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE);
  }
}
