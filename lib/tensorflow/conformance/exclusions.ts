/** Specs that are allowed to fail, and why. */
export interface Exclusion {
  readonly reason: string;
  /** Parts of full names; each must match a spec that fails. */
  readonly specs: readonly string[];
  /** Whether they fail depends on the processor or the build of TensorFlow. @default false */
  readonly varies?: boolean;
}

/** How many names the list of stock tfjs-node 4.22.0 has (`src/run_tests.ts`, without those for Windows). */
export const STOCK_EXCLUSIONS = 91;

/**
 * What fails on the backend `tensorflow`. Each of these fails on stock tfjs-node as well: with its compiled addon on the
 * same TensorFlow library (`--addon`), and by its own list.
 */
export const EXCLUSIONS: readonly Exclusion[] = [
  {
    reason: "tfjs-node has no kernel for it",
    specs: [
      "bitwiseAnd",
      "denseBincount",
      "image.transform",
      "lowerBound",
      "maxPoolWithArgmax",
      "raggedGather",
      "raggedRange",
      "raggedTensorToTensor",
      "searchSorted",
      "sparseFillEmptyRows",
      "sparseReshape",
      "sparseSegmentMean",
      "sparseSegmentSum",
      "stringNGrams",
      "stringSplit",
      "stringToHashBucketFast",
      "upperBound",
    ],
  },
  {
    reason: "tfjs-node's pooling kernels take the paddings 'same' and 'valid' only",
    specs: [
      "avgPool test-tensorflow {} gradient x=[3,3,1] f=[3,3] s=1 p=explicit",
      "avgPool test-tensorflow {} x=[2,2,3] f=[1,1] s=2 p=1 dimRoundingMode=floor",
      "avgPool test-tensorflow {} x=[2,2,3] f=[2,2] s=3 p=1",
      "avgPool test-tensorflow {} x=[3,3,1] f=[3,3] s=1 p=explicit",
      "avgPool3d test-tensorflow {} x=[1,1,1,1,1] f=[2,2,2] s=1 p=2",
      "avgPool3d test-tensorflow {} x=[1,2,2,2,1] f=[2,2,2] s=1 p=1 roundingMode=floor",
      "maxPool test-tensorflow {} x=[2,2,3] f=[1,1] s=2 p=1 dimRoundingMode=floor",
      "maxPool test-tensorflow {} x=[2,2,3] f=[2,2] s=3 p=1",
      "maxPool test-tensorflow {} x=[3,3,1] f=[3,3] s=1 p=explicit",
      "maxPool3d test-tensorflow {} x=[1,2,2,2,1] f=[2,2,2] s=1 p=1 roundingMode=floor",
      "maxPoolBackprop test-tensorflow {} gradient x=[3,3,1] f=3 s=1 p=explicit",
      "pool test-tensorflow {} avg x=[2,2,3] f=[1,1] s=2 p=1 fractional outputs default rounding",
      "pool test-tensorflow {} avg x=[3,3,1] f=[3,3] s=1 d=1 p=explicit",
      "pool test-tensorflow {} avg x=[3,3,1] f=[3,3] s=3 d=1 p=explicit",
      "pool test-tensorflow {} max x=[2,2,3] f=[1,1] s=2 p=1 fractional outputs default rounding",
      "pool test-tensorflow {} max x=[3,3,1] f=[3,3] s=1 d=1 p=explicit",
      "pool test-tensorflow {} max x=[3,3,1] f=[3,3] s=3 d=1 p=explicit",
    ],
  },
  {
    reason: "tfjs-node's kernel for transposed convolution takes the paddings 'same' and 'valid' only",
    specs: [
      "conv2dTranspose test-tensorflow {} gradient input=[1,3,3,1] f=[2,2,2,1] s=[1,1] p=explicit",
      "conv2dTranspose test-tensorflow {} input=3x3x1,d2=1,f=2,s=2,p=explicit",
    ],
  },
  {
    reason: "tfjs-node's kernel for fused convolution takes the layout NHWC only",
    specs: [
      "fused conv2d test-tensorflow {} basic in NCHW",
      "fused conv2d test-tensorflow {} batch in NCHW",
      "fused conv2d test-tensorflow {} im2row in NCHW",
    ],
  },
  {
    reason: "TensorFlow's op does not take this data type",
    specs: [
      "diag test-tensorflow {} bool",
      "greater test-tensorflow {} should support string comparison",
      "greaterEqual test-tensorflow {} should support string comparison",
      "leakyrelu test-tensorflow {} int32",
      "less test-tensorflow {} should support string comparison",
      "lessEqual test-tensorflow {} should support string comparison",
      "step kernel test-tensorflow {} with int32 tensor",
    ],
  },
  {
    reason: "TensorFlow wants the index depth as the last dimension of indices, which these specs leave out",
    specs: [
      "scatterND test-tensorflow {} should sum the duplicated indices",
      "scatterND test-tensorflow {} should work for 2d",
      "scatterND test-tensorflow {} should work for multiple 1d",
      "scatterND test-tensorflow {} should work for simple 1d",
      "scatterND test-tensorflow {} should work for tensorLike input",
    ],
  },
  {
    reason: "TensorFlow's sign of NaN is NaN, tfjs's is 0",
    specs: [
      "sign test-tensorflow {} accepts a tensor-like object",
      "sign test-tensorflow {} basic",
      "sign test-tensorflow {} does not propagate NaNs",
    ],
  },
  {
    reason: "TensorFlow takes each NaN as a value of its own, tfjs all as one",
    specs: ["unique test-tensorflow {} 1d tensor with NaN and Infinity"],
  },
  {
    reason: "TensorFlow computes what the specs want refused",
    specs: [
      "einsum test-tensorflow {} 2d matrix calculate trace: duplicate axes not implemented yet",
      "einsum test-tensorflow {} nonexistent dimension throws error",
    ],
  },
  {
    reason: "TensorFlow refuses a window larger than the input",
    specs: ["avgPool3d test-tensorflow {} x=[1,1,1,1,1] f=[1,1,3] s=1 p=valid"],
  },
  {
    reason:
      "TensorFlow's sampling goes on in its stream: one seed gives equal values in equal programs, not equal calls",
    specs: ["multinomial test-tensorflow {} creates the same data given the same seed"],
  },
  {
    reason: "oneDNN refuses a transposed convolution whose output shape disagrees with its input",
    specs: ["conv2dTranspose test-tensorflow {} input=8x8x8,output=4x4x8,f=8,s=1,inDepth=8,p=same vec4"],
    varies: true,
  },
  {
    reason: "a tangent of 30144.178, one float32 step from the expected value, against a tolerance of 0.001",
    specs: ["tan test-tensorflow {} numbers exceed float32 precision"],
    varies: true,
  },
];
