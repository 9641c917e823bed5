import type { Algebra, Dense, Operand } from './algebra.ts';
import type { NativeAttribute, NativeBinding } from './tensorflow.ts';

/** A tensor of TensorFlow's eager runtime. */
export interface NativeTensor extends Dense {
  id: number;
  /** TensorFlow's number of the type; 32-bit floats where it is not told. */
  dtype?: number;
}

export interface NativeAlgebra extends Algebra {
  /** Runs an op of one output, which is freed with the scope. */
  run(op: string, attributes: NativeAttribute[], inputs: number[]): NativeTensor;
  /** A tensor of integers, which is freed with the scope. */
  integers(values: Int32Array): NativeTensor;
  typeAttribute(name: string, type: 'TF_FLOAT' | 'TF_INT32' | 'TF_INT64'): NativeAttribute;
  flag(name: string, value: boolean): NativeAttribute;
}

/** DT_BFLOAT16, which the binding has no name for. */
const bfloat16 = 14;

/** Calls TensorFlow's ops through the binding. `fastHalves`: the processor is faster at matrix products of bfloat16. */
export function createNativeAlgebra(binding: NativeBinding, fastHalves = false): NativeAlgebra {
  const constant = (name: `TF_${string}`): number => binding[name] as number;
  const typeAttribute: NativeAlgebra['typeAttribute'] = (name, type) => ({ name, type: constant('TF_ATTR_TYPE'), value: constant(type) });
  const flag: NativeAlgebra['flag'] = (name, value) => ({ name, type: constant('TF_ATTR_BOOL'), value });
  const float = constant('TF_FLOAT');
  const int32 = constant('TF_INT32');

  // Made once: an attribute costs as much to make as a small op to run.
  const ofFloats = [typeAttribute('T', 'TF_FLOAT')];
  const ofIndices = typeAttribute('Tindices', 'TF_INT32');
  const ofSums = (keep: boolean): NativeAttribute[] => [...ofFloats, typeAttribute('Tidx', 'TF_INT32'), flag('keep_dims', keep)];
  const keepingSums = ofSums(true);
  const droppingSums = ofSums(false);
  const ofHalves: NativeAttribute[] = [{ name: 'T', type: constant('TF_ATTR_TYPE'), value: bfloat16 }];
  const isHalf = (tensor: Dense): boolean => (tensor as NativeTensor).dtype === bfloat16;
  const ofProducts = (type: NativeAttribute[]): NativeAttribute[][][] =>
    [false, true].map((a) => [false, true].map((b) => [...type, flag('transpose_a', a), flag('transpose_b', b)]));
  const ofProduct = ofProducts(ofFloats);
  const ofHalfProduct = ofProducts(ofHalves);
  const ofCast = (from: number, to: number): NativeAttribute[] => [
    { name: 'SrcT', type: constant('TF_ATTR_TYPE'), value: from },
    { name: 'DstT', type: constant('TF_ATTR_TYPE'), value: to },
    flag('Truncate', false),
  ];
  const ofHalving = ofCast(float, bfloat16);
  const ofDoubling = ofCast(bfloat16, float);
  const ofSlice = [...ofFloats, typeAttribute('Index', 'TF_INT32')];
  const ofPick = [
    typeAttribute('Tparams', 'TF_FLOAT'),
    ofIndices,
    typeAttribute('Taxis', 'TF_INT32'),
    { name: 'batch_dims', type: constant('TF_ATTR_INT'), value: 0 },
  ];
  const ofSegments = [...ofFloats, ofIndices, typeAttribute('Tnumsegments', 'TF_INT32')];
  const ofBatchProduct = [false, true].map((a) => [false, true].map((b) => [...ofFloats, flag('adj_x', a), flag('adj_y', b)]));
  const ofReshape = [...ofFloats, typeAttribute('Tshape', 'TF_INT32')];
  const ofTranspose = [...ofFloats, typeAttribute('Tperm', 'TF_INT32')];
  const ofLongs = ofCast(int32, constant('TF_INT64'));
  const ofSparseProduct = [...ofFloats, ofIndices, flag('adjoint_a', false), flag('adjoint_b', false)];
  const ofOnesProduct = [
    ...ofFloats,
    typeAttribute('Tidx', 'TF_INT32'),
    typeAttribute('Tnumsegments', 'TF_INT32'),
    typeAttribute('Tsegmentids', 'TF_INT32'),
  ];
  const scalar = (value: number): number => binding.createTensor([], int32, Int32Array.of(value));
  const vector = (...values: number[]): number => binding.createTensor([values.length], int32, Int32Array.from(values));
  const firstAxis = scalar(0);
  const rowAxis = vector(0);
  const columnAxis = vector(1);
  const bothAxes = vector(0, 1);
  const secondAxis = scalar(1);
  const swapped = vector(1, 0);
  const middleSwapped = vector(0, 2, 1, 3);
  const constants = [firstAxis, secondAxis, rowAxis, columnAxis, bothAxes, swapped, middleSwapped];

  let made: number[] | null = null;
  const kept = new Set<number>();

  const own = (id: number): number => {
    made?.push(id);
    return id;
  };
  const run: NativeAlgebra['run'] = (op, attributes, inputs) => {
    const output = binding.executeOp(op, attributes, inputs, 1)[0] as NativeTensor;
    own(output.id);
    return output;
  };
  const idOf = (operand: Operand): number =>
    typeof operand === 'number' ? own(binding.createTensor([], float, Float32Array.of(operand))) : (operand as NativeTensor).id;
  const integersOf = (values: Int32Array): number => own(binding.createTensor([values.length], int32, values));
  const concatenate = (parts: Dense[], axis: number): NativeTensor =>
    run(
      'ConcatV2',
      [...ofFloats, typeAttribute('Tidx', 'TF_INT32'), { name: 'N', type: constant('TF_ATTR_INT'), value: parts.length }],
      [...parts.map(idOf), axis],
    );
  const unary = (op: string) => (a: Dense) => run(op, ofFloats, [idOf(a)]);
  const binary = (op: string) => (a: Operand, b: Operand) =>
    run(op, typeof a !== 'number' && isHalf(a) ? ofHalves : ofFloats, [idOf(a), idOf(b)]);

  return {
    run,
    typeAttribute,
    flag,
    integers: (values) => ({ id: integersOf(values), shape: [values.length] }),
    scope(work) {
      const outer = made;
      const mine: number[] = [];
      made = mine;
      try {
        return work();
      } finally {
        made = outer;
        for (const id of mine) if (!kept.has(id)) binding.deleteTensor(id);
      }
    },
    keep(tensor) {
      kept.add((tensor as NativeTensor).id);
      return tensor;
    },
    free(...tensors) {
      for (const tensor of tensors) {
        const { id } = tensor as NativeTensor;
        kept.delete(id);
        binding.deleteTensor(id);
      }
    },
    tensor: (values, shape) => ({ id: own(binding.createTensor(shape, float, values)), shape }) as NativeTensor,
    read: (tensor) => binding.tensorDataSync((tensor as NativeTensor).id) as Float32Array,
    product(a, b, transpose) {
      const many = a.shape.length > 2;
      const attributes = many ? ofBatchProduct : isHalf(a) ? ofHalfProduct : ofProduct;
      return run(many ? 'BatchMatMulV2' : 'MatMul', attributes[transpose?.a ? 1 : 0]?.[transpose?.b ? 1 : 0] as NativeAttribute[], [
        idOf(a),
        idOf(b),
      ]);
    },
    add: binary('AddV2'),
    subtract: binary('Sub'),
    multiply: binary('Mul'),
    divide: binary('RealDiv'),
    exp: (a) => run('Exp', isHalf(a) ? ofHalves : ofFloats, [idOf(a)]),
    half: (a) => (fastHalves ? run('Cast', ofHalving, [idOf(a)]) : a),
    full: (a) => (isHalf(a) ? run('Cast', ofDoubling, [idOf(a)]) : a),
    log: unary('Log'),
    rsqrt: unary('Rsqrt'),
    relu: unary('Relu'),
    reluGradient: (gradient, output) => run('ReluGrad', ofFloats, [idOf(gradient), idOf(output)]),
    rowSums: (a) => run('Sum', keepingSums, [idOf(a), columnAxis]),
    columnSums: (a) => run('Sum', droppingSums, [idOf(a), rowAxis]),
    total: (a) => run('Sum', droppingSums, [idOf(a), bothAxes]),
    rows: (a, from, count) =>
      run('Slice', ofSlice, [idOf(a), integersOf(Int32Array.of(from, 0)), integersOf(Int32Array.of(count, a.shape[1] as number))]),
    stack: (parts) => concatenate(parts, firstAxis),
    beside: (parts) => concatenate(parts, secondAxis),
    transpose: (a) => run('Transpose', ofTranspose, [idOf(a), swapped]),
    reshape: (a, shape) => run('Reshape', ofReshape, [idOf(a), integersOf(Int32Array.from(shape))]),
    swapMiddle: (a) => run('Transpose', ofTranspose, [idOf(a), middleSwapped]),
    softmax: unary('Softmax'),
    onesProduct({ rows, indptr, indices }, right) {
      const rowOf = new Int32Array(indices.length);
      for (let row = 0; row < rows; row++) rowOf.fill(row, indptr[row], indptr[row + 1]);
      // Five times as fast as the op of sparse products (SparseTensorDenseMatMul).
      return run('SparseSegmentSumWithNumSegments', ofOnesProduct, [
        idOf(right),
        integersOf(indices),
        integersOf(rowOf),
        own(scalar(rows)),
      ]);
    },
    sparseProduct({ rows, columns, indptr, indices, values }, right) {
      const cells = new Int32Array(2 * indices.length);
      for (let row = 0; row < rows; row++) {
        for (let at = indptr[row] as number; at < (indptr[row + 1] as number); at++) {
          cells[2 * at] = row;
          cells[2 * at + 1] = indices[at] as number;
        }
      }
      const places = own(binding.createTensor([indices.length, 2], int32, cells));
      const shape = run('Cast', ofLongs, [integersOf(Int32Array.of(rows, columns))]).id;
      const floats = own(binding.createTensor([values.length], float, values));
      return run('SparseTensorDenseMatMul', ofSparseProduct, [places, floats, shape, idOf(right)]);
    },
    pick: (a, rows) => run('GatherV2', ofPick, [idOf(a), integersOf(rows), firstAxis]),
    segmentSums: (a, segments, count) => run('UnsortedSegmentSum', ofSegments, [idOf(a), integersOf(segments), own(scalar(count))]),
    dispose() {
      for (const id of constants) binding.deleteTensor(id);
    },
  };
}
