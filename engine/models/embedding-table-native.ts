import type { Dense } from './algebra.ts';
import type { NativeAlgebra, NativeTensor } from './algebra-native.ts';
import { type Bags, compactBags, isPlain, transposeBags } from './bags.ts';
import { type EmbeddingTable, initialAccumulator, type Lookup } from './embedding-table.ts';
import type { NativeAttribute, NativeBinding } from './tensorflow.ts';

/** Resource variables are found by name within the process: each table needs its own. */
let tablesMade = 0;

/** The table as a resource variable: ResourceGather reads rows, ResourceSparseApplyAdagradV2 changes them, nothing else is copied. */
export function createNativeTable(
  binding: NativeBinding,
  algebra: NativeAlgebra,
  initial: Float32Array,
  dimensions: number,
): EmbeddingTable {
  const { run, typeAttribute, flag } = algebra;
  const rows = initial.length / dimensions;
  const constant = (name: `TF_${string}`): number => binding[name] as number;
  const float = constant('TF_FLOAT');
  const int64 = constant('TF_INT64');
  const text = (name: string, value: string): NativeAttribute => ({ name, type: constant('TF_ATTR_STRING'), value });

  const ofValues = [typeAttribute('dtype', 'TF_FLOAT')];
  const ofFloats = [typeAttribute('T', 'TF_FLOAT')];
  const ofGather = [...ofValues, typeAttribute('Tindices', 'TF_INT32')];
  const ofUpdate = [...ofFloats, typeAttribute('Tindices', 'TF_INT32'), flag('use_locking', false), flag('update_slots', true)];

  const shape: NativeAttribute = { name: 'shape', type: constant('TF_ATTR_SHAPE'), value: [rows, dimensions] };
  function variable(values: Float32Array): number {
    const name = `recsmith-table-${tablesMade++}`;
    const handle = binding.executeOp('VarHandleOp', [text('container', ''), text('shared_name', name), ...ofValues, shape], [], 1)[0]?.id;
    const value = binding.createTensor([rows, dimensions], float, values);
    binding.executeOp('AssignVariableOp', ofValues, [handle as number, value], 0);
    binding.deleteTensor(value);
    return handle as number;
  }
  const table = variable(Float32Array.from(initial));
  const accumulator = variable(new Float32Array(initial.length).fill(initialAccumulator));

  /** bags · dense, by TensorFlow's compressed-sparse-row product, which shares the rows among threads and adds up each in one order. */
  function multiply(bags: Bags, columns: Int32Array, columnCount: number, dense: NativeTensor): NativeTensor {
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
    const sparse = run('SparseTensorToCSRSparseMatrix', ofFloats, [where, weights, size]);
    const product = run('SparseMatrixMatMul', ofFloats, [sparse.id, dense.id]);
    for (const id of [where, weights, size]) binding.deleteTensor(id);
    return product;
  }

  const positions = new Int32Array(rows).fill(-1);

  function lookup(bags: Bags): Lookup {
    const { touched, columns } = compactBags(bags, positions);
    const plain = isPlain(bags);
    const back = plain ? null : transposeBags(bags, columns, touched.length);
    const touchedRows = algebra.integers(touched);
    const gathered = run('ResourceGather', ofGather, [table, touchedRows.id]);
    // Where each bag is one row as it is, picking rows and adding up their gradients does without the sparse products.
    const vectors = plain ? algebra.pick(gathered, columns) : multiply(bags, columns, touched.length, gathered);
    return {
      vectors,
      apply(gradient: Dense, learningRate: number) {
        const sums = back
          ? multiply(back, back.rows, bags.count, gradient as NativeTensor)
          : (algebra.segmentSums(gradient, columns, touched.length) as NativeTensor);
        const rate = algebra.tensor(Float32Array.of(learningRate), []) as NativeTensor;
        const epsilon = algebra.tensor(Float32Array.of(0), []) as NativeTensor;
        binding.executeOp('ResourceSparseApplyAdagradV2', ofUpdate, [table, accumulator, rate.id, epsilon.id, sums.id, touchedRows.id], 0);
      },
    };
  }

  return {
    rows,
    dimensions,
    lookup,
    read: () => algebra.scope(() => algebra.read(run('ReadVariableOp', ofValues, [table]))),
    dispose() {
      for (const handle of [table, accumulator]) {
        binding.executeOp('DestroyResourceOp', [flag('ignore_lookup_error', true)], [handle], 0);
        binding.deleteTensor(handle);
      }
    },
  };
}
