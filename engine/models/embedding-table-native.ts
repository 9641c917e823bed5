import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { type Bags, compactBags, transposeBags } from './bags.ts';
import { type EmbeddingTable, initialAccumulator, type Lookup } from './embedding-table.ts';
import { type NativeAttribute, type NativeBinding, tensorFlow } from './tensorflow.ts';

/** What tfjs-node's backend lends to reach the native tensors behind its own. */
interface NativeBackend {
  getInputTensorIds(tensors: Tensor[]): number[];
  createOutputTensor(metadata: { id: number; shape: number[]; dtype: number }): Tensor;
}

/** Resource variables are found by name within the process: each table needs its own. */
let tablesMade = 0;

/** The table as a resource variable: ResourceGather reads rows, ResourceSparseApplyAdagradV2 changes them, nothing else is copied. */
export function createNativeTable(binding: NativeBinding, initial: Float32Array, dimensions: number): EmbeddingTable {
  const { tf } = tensorFlow();
  const backend = tf.backend() as unknown as NativeBackend;
  const rows = initial.length / dimensions;
  const constant = (name: `TF_${string}`): number => binding[name] as number;
  const float = constant('TF_FLOAT');
  const int32 = constant('TF_INT32');
  const int64 = constant('TF_INT64');
  const typeAttribute = (name: string, value: number): NativeAttribute => ({ name, type: constant('TF_ATTR_TYPE'), value });
  const flag = (name: string, value: boolean): NativeAttribute => ({ name, type: constant('TF_ATTR_BOOL'), value });
  const text = (name: string, value: string): NativeAttribute => ({ name, type: constant('TF_ATTR_STRING'), value });

  const run = (op: string, attributes: NativeAttribute[], inputs: number[]) =>
    binding.executeOp(op, attributes, inputs, 1)[0] as { id: number; shape: number[]; dtype: number };
  const drop = (...ids: number[]): void => {
    for (const id of ids) binding.deleteTensor(id);
  };

  const shape: NativeAttribute = { name: 'shape', type: constant('TF_ATTR_SHAPE'), value: [rows, dimensions] };
  function variable(values: Float32Array): number {
    const name = `recsmith-table-${tablesMade++}`;
    const handle = run('VarHandleOp', [text('container', ''), text('shared_name', name), typeAttribute('dtype', float), shape], []).id;
    const value = binding.createTensor([rows, dimensions], float, values);
    binding.executeOp('AssignVariableOp', [typeAttribute('dtype', float)], [handle, value], 0);
    drop(value);
    return handle;
  }
  const table = variable(Float32Array.from(initial));
  const accumulator = variable(new Float32Array(initial.length).fill(initialAccumulator));

  /** bags · dense, by TensorFlow's compressed-sparse-row product, which shares the rows among threads and adds up each in one order. */
  function multiply(bags: Bags, columns: Int32Array, columnCount: number, dense: number): { id: number; shape: number[]; dtype: number } {
    // Indices are pairs of 64-bit integers, which the binding takes as pairs of 32-bit halves, low half first.
    const indices = new Int32Array(columns.length * 4);
    for (let bag = 0; bag < bags.count; bag++) {
      for (let i = bags.offsets[bag] as number; i < (bags.offsets[bag + 1] as number); i++) {
        indices[i * 4] = bag;
        indices[i * 4 + 2] = columns[i] as number;
      }
    }
    const where = binding.createTensor([columns.length, 2], int64, indices);
    const weights = binding.createTensor([columns.length], float, bags.weights.slice());
    const size = binding.createTensor([2], int64, Int32Array.of(bags.count, 0, columnCount, 0));
    const sparse = run('SparseTensorToCSRSparseMatrix', [typeAttribute('T', float)], [where, weights, size]).id;
    const product = run('SparseMatrixMatMul', [typeAttribute('T', float)], [sparse, dense]);
    drop(where, weights, size, sparse);
    return product;
  }

  const positions = new Int32Array(rows).fill(-1);

  function lookup(bags: Bags): Lookup {
    const { touched, columns } = compactBags(bags, positions);
    const back = transposeBags(bags, columns, touched.length);
    const touchedRows = binding.createTensor([touched.length], int32, touched);
    const gathered = run('ResourceGather', [typeAttribute('dtype', float), typeAttribute('Tindices', int32)], [table, touchedRows]).id;
    const vectors = backend.createOutputTensor(multiply(bags, columns, touched.length, gathered)) as Tensor2D;
    drop(gathered);
    return {
      vectors,
      apply(gradient: Tensor2D, learningRate: number) {
        const sums = multiply(back, back.rows, bags.count, backend.getInputTensorIds([gradient])[0] as number).id;
        const rate = binding.createTensor([], float, Float32Array.of(learningRate));
        const epsilon = binding.createTensor([], float, Float32Array.of(0));
        const attributes = [
          typeAttribute('T', float),
          typeAttribute('Tindices', int32),
          flag('use_locking', false),
          flag('update_slots', true),
        ];
        binding.executeOp('ResourceSparseApplyAdagradV2', attributes, [table, accumulator, rate, epsilon, sums, touchedRows], 0);
        drop(sums, rate, epsilon, touchedRows);
      },
      release: () => drop(touchedRows),
    };
  }

  return {
    rows,
    dimensions,
    lookup,
    read() {
      const value = run('ReadVariableOp', [typeAttribute('dtype', float)], [table]).id;
      const values = binding.tensorDataSync(value) as Float32Array;
      drop(value);
      return values;
    },
    dispose() {
      for (const handle of [table, accumulator]) {
        binding.executeOp('DestroyResourceOp', [flag('ignore_lookup_error', true)], [handle], 0);
        drop(handle);
      }
    },
  };
}
