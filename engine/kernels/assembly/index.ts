// Every kernel: (from, to, scratch, …) computes rows [from, to) of its result and nothing else, so that threads can share the rows in any order and
// the result is the same to the last bit. `scratch` is the thread's own memory, or 0.
export { similarRows } from './similarity';
export { sparseProduct } from './sparse-product';
export { adagradRows, bagSums } from './embedding';
export { selectTop } from './select-top';
