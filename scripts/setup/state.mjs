// What set-up chose for this clone, and why: `.runtime/runtime.json`. The doctor reads it.
import path from 'node:path';
import { runtimeFolder } from './folders.mjs';
import { readJson, writeJson } from './stamp.mjs';

/**
 * @typedef {object} ElectronState
 * @property {'override' | 'official' | 'fallback' | 'none'} source
 * @property {string} version
 * @property {string} [notice]
 *
 * @typedef {object} TensorFlowState
 * @property {'present' | 'wheel' | 'stock' | 'wasm'} source
 * @property {'cpu' | 'gpu'} variant
 * @property {string} version
 * @property {string} reason
 * @property {string} [improve]
 * @property {string} key what the binding looked like when it was found to load
 *
 * @typedef {object} RuntimeState
 * @property {1} format
 * @property {ElectronState} [electron]
 * @property {TensorFlowState} [tensorflow]
 * @property {string} [build] hash of the sources that dist was built from
 * @property {string} [desktop] the runtime whose libraries were found
 */

const file = path.join(runtimeFolder, 'runtime.json');

/** @returns {RuntimeState} */
export function readState() {
  const state = readJson(file);
  return state?.format === 1 ? state : { format: 1 };
}

/** @param {Partial<RuntimeState>} changes */
export function updateState(changes) {
  writeJson(file, { ...readState(), ...changes });
}
