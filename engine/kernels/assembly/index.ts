// Every kernel: (from, to, scratch, …) computes rows [from, to) of its result and nothing else, so that threads can share the rows in any order and
// the result is the same to the last bit. `scratch` is the thread's own memory, or 0.

export { adamRows } from './adam';
export { solveRows } from './als';
export { bprSteps } from './bpr';
export { coOccurrence } from './co-occurrence';
export { denseProduct } from './dense-product';
export { adagradRows, bagSums } from './embedding';
export { gramBlocks } from './gram';
export { selectTop } from './select-top';
export { similarRows } from './similarity';
export { sparseProduct } from './sparse-product';

/** Where the memory begins that no table of the kernels' own takes (of exponentials and logarithms); each thread writes those anew as it starts. */
export function heapStart(): usize {
  return __heap_base;
}
