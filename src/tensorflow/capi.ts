/** Address of a C object; 0n is the null pointer. */
export type Address = bigint;

/** One output of a node of a graph (C's TF_Output). */
export interface GraphOutput {
  readonly oper: Address;
  readonly index: number;
}

/** Setters of attributes; the same set exists for eager operations (`TFE_OpSetAttr…`) and graph nodes (`TF_SetAttr…`). */
type SetAttribute<Value extends readonly unknown[]> = (
  target: Address,
  name: string,
  ...value: Value
) => void;

/**
 * The part of TensorFlow's C API that voxlab calls, as declared in `prototypes.ts`.
 * Functions that take a `status` report through it; see status.ts.
 */
export interface CApi {
  TF_Version(): string;
  TF_NewStatus(): Address;
  TF_DeleteStatus(status: Address): void;
  TF_GetCode(status: Address): number;
  TF_Message(status: Address): string;

  TF_AllocateTensor(dtype: number, dims: BigInt64Array, rank: number, bytes: number): Address;
  TF_TensorData(tensor: Address): Address;
  TF_TensorByteSize(tensor: Address): number | bigint;
  TF_DeleteTensor(tensor: Address): void;
  TF_StringInit(text: Address): void;
  TF_StringCopy(text: Address, bytes: Uint8Array, length: number): void;
  TF_StringGetDataPointer(text: Address): Address;
  TF_StringGetSize(text: Address): number | bigint;
  TF_StringDealloc(text: Address): void;

  TFE_NewContextOptions(): Address;
  TFE_ContextOptionsSetConfig(options: Address, proto: Uint8Array, bytes: number, status: Address): void;
  TFE_DeleteContextOptions(options: Address): void;
  TFE_NewContext(options: Address, status: Address): Address;
  TFE_ContextListDevices(context: Address, status: Address): Address;
  TFE_EnableCollectiveOps(context: Address, proto: Uint8Array, bytes: number, status: Address): void;
  TF_DeviceListCount(list: Address): number;
  TF_DeviceListName(list: Address, index: number, status: Address): string;
  TF_DeviceListType(list: Address, index: number, status: Address): string;
  TF_DeleteDeviceList(list: Address): void;

  TFE_NewTensorHandle(tensor: Address, status: Address): Address;
  TFE_DeleteTensorHandle(handle: Address): void;
  TFE_TensorHandleDataType(handle: Address): number;
  TFE_TensorHandleNumDims(handle: Address, status: Address): number;
  TFE_TensorHandleDim(handle: Address, axis: number, status: Address): number | bigint;
  TFE_TensorHandleResolve(handle: Address, status: Address): Address;
  TFE_TensorHandleDeviceName(handle: Address, status: Address): string;

  TFE_NewOp(context: Address, name: string, status: Address): Address;
  TFE_DeleteOp(op: Address): void;
  TFE_OpSetDevice(op: Address, device: string, status: Address): void;
  TFE_OpAddInput(op: Address, handle: Address, status: Address): void;
  TFE_OpSetAttrString: SetAttribute<[value: Uint8Array, bytes: number]>;
  TFE_OpSetAttrInt: SetAttribute<[value: number]>;
  TFE_OpSetAttrFloat: SetAttribute<[value: number]>;
  TFE_OpSetAttrBool: SetAttribute<[value: number]>;
  TFE_OpSetAttrType: SetAttribute<[value: number]>;
  TFE_OpSetAttrShape: SetAttribute<[dims: BigInt64Array, rank: number, status: Address]>;
  TFE_OpSetAttrFloatList: SetAttribute<[values: Float32Array, count: number]>;
  TFE_OpSetAttrBoolList: SetAttribute<[values: Uint8Array, count: number]>;
  TFE_OpSetAttrIntList: SetAttribute<[values: BigInt64Array, count: number]>;
  TFE_OpSetAttrTypeList: SetAttribute<[values: Int32Array, count: number]>;
  TFE_Execute: Executor;
  TFE_ContextAddFunction(context: Address, fn: Address, status: Address): void;
  TFE_ContextRemoveFunction(context: Address, name: string, status: Address): void;
  TFE_ContextClearCaches(context: Address): void;

  TF_NewGraph(): Address;
  TF_DeleteGraph(graph: Address): void;
  TF_NewOperation(graph: Address, type: string, name: string): Address;
  TF_AddInput(description: Address, input: GraphOutput): void;
  TF_AddInputList(description: Address, inputs: readonly GraphOutput[], count: number): void;
  TF_AddControlInput(description: Address, node: Address): void;
  TF_AddOperationControlInput(graph: Address, node: Address, earlier: Address): void;
  TF_SetDevice(description: Address, device: string): void;
  TF_SetAttrString: SetAttribute<[value: Uint8Array, bytes: number]>;
  TF_SetAttrInt: SetAttribute<[value: number]>;
  TF_SetAttrFloat: SetAttribute<[value: number]>;
  TF_SetAttrBool: SetAttribute<[value: number]>;
  TF_SetAttrType: SetAttribute<[value: number]>;
  TF_SetAttrShape: SetAttribute<[dims: BigInt64Array, rank: number]>;
  TF_SetAttrFloatList: SetAttribute<[values: Float32Array, count: number]>;
  TF_SetAttrBoolList: SetAttribute<[values: Uint8Array, count: number]>;
  TF_SetAttrIntList: SetAttribute<[values: BigInt64Array, count: number]>;
  TF_SetAttrTypeList: SetAttribute<[values: Int32Array, count: number]>;
  TF_SetAttrTensor: SetAttribute<[tensor: Address, status: Address]>;
  TF_FinishOperation(description: Address, status: Address): Address;
  TF_OperationOutputType(output: GraphOutput): number;
  TF_GraphSetTensorShape(
    graph: Address,
    output: GraphOutput,
    dims: BigInt64Array,
    rank: number,
    status: Address,
  ): void;
  TF_GraphGetTensorNumDims(graph: Address, output: GraphOutput, status: Address): number;
  TF_GraphGetTensorShape(
    graph: Address,
    output: GraphOutput,
    dims: BigInt64Array,
    rank: number,
    status: Address,
  ): void;
  TF_GraphToFunction(
    graph: Address,
    name: string,
    appendHash: number,
    nodeCount: number,
    nodes: null,
    inputCount: number,
    inputs: readonly GraphOutput[],
    outputCount: number,
    outputs: readonly GraphOutput[],
    outputNames: null,
    options: null,
    description: string,
    status: Address,
  ): Address;
  TF_DeleteFunction(fn: Address): void;

  TF_NewSessionOptions(): Address;
  TF_SetConfig(options: Address, proto: Uint8Array, bytes: number, status: Address): void;
  TF_DeleteSessionOptions(options: Address): void;
  TF_LoadSessionFromSavedModel(
    options: Address,
    runOptions: null,
    folder: string,
    tags: readonly string[],
    tagCount: number,
    graph: Address,
    metaGraph: null,
    status: Address,
  ): Address;
  TF_GraphOperationByName(graph: Address, name: string): Address | null;
  /** Tensors are given, and written, as arrays of their addresses. */
  TF_SessionRun(
    session: Address,
    runOptions: null,
    inputs: readonly GraphOutput[],
    inputTensors: BigUint64Array,
    inputCount: number,
    outputs: readonly GraphOutput[],
    outputTensors: BigUint64Array,
    outputCount: number,
    targets: null,
    targetCount: 0,
    metadata: null,
    status: Address,
  ): void;
  TF_CloseSession(session: Address, status: Address): void;
  TF_DeleteSession(session: Address, status: Address): void;
}

/** `TFE_Execute`; `async` runs it on a thread of koffi's pool and calls back on the JavaScript thread. */
export interface Executor {
  (op: Address, results: Address[], resultCount: [number], status: Address): void;
  async(
    op: Address,
    results: Address[],
    resultCount: [number],
    status: Address,
    done: (error: Error | null) => void,
  ): void;
}
