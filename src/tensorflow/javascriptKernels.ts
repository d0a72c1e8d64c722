import type {
  KernelFunction,
  NamedTensorInfoMap,
  TensorDataType,
  TensorflowModule,
  TensorInfo,
  TensorValues,
} from './tf.js';

type Call = Parameters<KernelFunction>[0];
type Input = TensorInfo | TensorInfo[] | undefined;

/** What both backends have for a kernel: tensors are taken from and put into their own stores. */
interface Store {
  readSync(dataId: object): TensorValues;
  write(values: TensorValues, shape: number[], dtype: TensorDataType): object;
  disposeData(dataId: object, force?: boolean): boolean;
}

const isExplicit = (pad: unknown): boolean => pad !== 'valid' && pad !== 'same';
const withExplicitPadding = ({ attrs }: Call): boolean => isExplicit(attrs?.pad);
const ofStrings = ({ inputs }: Call): boolean => inputs.a?.dtype === 'string';
const ofIntegers = ({ inputs }: Call): boolean => inputs.x?.dtype === 'int32';

/** Calls that TensorFlow.js allows and the operation that the kernel stands on does not. */
const REFUSED_BY_TENSORFLOW: Readonly<Record<string, (call: Call) => boolean>> = {
  AvgPool: withExplicitPadding,
  AvgPoolGrad: withExplicitPadding,
  AvgPool3D: withExplicitPadding,
  MaxPool: withExplicitPadding,
  MaxPoolGrad: withExplicitPadding,
  MaxPool3D: withExplicitPadding,
  Conv2DBackpropFilter: withExplicitPadding,
  Conv2DBackpropInput: withExplicitPadding,
  Diag: ({ inputs }) => inputs.x?.dtype === 'bool',
  FusedConv2D: ({ attrs }) => attrs?.dataFormat === 'NCHW',
  Greater: ofStrings,
  GreaterEqual: ofStrings,
  Less: ofStrings,
  LessEqual: ofStrings,
  LeakyRelu: ofIntegers,
  Step: ofIntegers,
  // TensorFlow 2.21 returns zeros.
  Round: ofIntegers,
  ScatterNd: ({ inputs }) => inputs.indices?.shape.length === 1,
};

/**
 * Has TensorFlow.js' own kernels in JavaScript do what its kernels for TensorFlow leave out: whole operations (sparse, ragged
 * and text operations, `image.transform` and others), and calls whose arguments TensorFlow refuses. Their tensors are copied
 * there and back, so they cannot be part of a trace.
 */
export function registerJavascriptKernels(tf: TensorflowModule): void {
  const known = new Set(tf.getKernelsForBackend('tensorflow').map(({ kernelName }) => kernelName));
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend('cpu')) {
    const inJavascript = onOtherBackend(tf, kernelFunc);
    if (!known.has(kernelName)) register(tf, kernelName, inJavascript);
    else if (kernelName in REFUSED_BY_TENSORFLOW) {
      const inTensorflow = tf.getKernel(kernelName, 'tensorflow').kernelFunc;
      const isRefused = REFUSED_BY_TENSORFLOW[kernelName]!;
      tf.unregisterKernel(kernelName, 'tensorflow');
      register(tf, kernelName, (call) => (isRefused(call) ? inJavascript : inTensorflow)(call));
    }
  }
}

function register(tf: TensorflowModule, kernelName: string, kernelFunc: KernelFunction): void {
  tf.registerKernel({ kernelName, backendName: 'tensorflow', kernelFunc });
}

/** Runs a kernel of the backend 'cpu' on tensors of another one. */
function onOtherBackend(tf: TensorflowModule, kernel: KernelFunction): KernelFunction {
  return ({ inputs, attrs, backend }) => {
    const [here, there] = [backend as Store, tf.findBackend('cpu') as unknown as Store];
    const copies: TensorInfo[] = [];
    // An input may be a list; optional ones, such as a bias, may be absent.
    const copy = (info: Input): Input => {
      if (info === undefined || info === null) return info;
      if (Array.isArray(info)) return info.map(copy) as TensorInfo[];
      const moved = move(info, here, there);
      copies.push(moved);
      return moved;
    };
    const entries = Object.entries<Input>(inputs).map(([name, info]) => [name, copy(info)] as const);
    const given = Array.isArray(inputs) ? entries.map(([, info]) => info) : Object.fromEntries(entries);
    let results: TensorInfo[] = [];
    try {
      const made = kernel({
        inputs: given as NamedTensorInfoMap,
        backend: there as never,
        ...(attrs && { attrs }),
      });
      results = Array.isArray(made) ? made : [made];
      const moved = results.map((info) => move(info, there, here));
      return Array.isArray(made) ? moved : moved[0]!;
    } finally {
      for (const { dataId } of [...copies, ...results]) there.disposeData(dataId, true);
    }
  };
}

function move({ dataId, shape, dtype }: TensorInfo, from: Store, to: Store): TensorInfo {
  return { dataId: to.write(from.readSync(dataId), shape, dtype), shape, dtype };
}
