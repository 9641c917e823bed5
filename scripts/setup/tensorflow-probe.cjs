// Loads the native binding and multiplies two matrices with it. Started by set-up, in a process that may crash.
const util = require('node:util');

// The package calls these, and Node 23 removed them.
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;

const tf = require('@tensorflow/tfjs-node-gpu');
const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2])).dataSync();
if ([...product].join() !== '19,22,43,50') throw new Error(`the binding multiplies wrongly: ${[...product].join()}`);
const backend = /** @type {any} */ (tf.backend());
process.stdout.write(`${JSON.stringify({ version: backend.binding.TF_Version })}\n`);
