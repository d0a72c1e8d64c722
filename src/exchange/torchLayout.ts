import type { Parameter, ParameterKind } from '../model/architecture.js';
import type { NamedArray } from '../training/step/learner.js';
import type { PortableNetwork } from './portableNetwork.js';

const TORCH_NAMES: Readonly<Record<ParameterKind, string>> = {
  kernel: 'weight',
  bias: 'bias',
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

/** Weights as PyTorch's `state_dict` has them: `s1b1.conv1.weight` is out, in, depth, height, width. */
export function toTorch({ network, weights }: PortableNetwork): Map<string, NamedArray> {
  return new Map(
    network.parameters.map((parameter) => [
      torchName(parameter),
      parameter.kind === 'kernel' ? outputsFirst(weights.get(parameter.name)!) : weights.get(parameter.name)!,
    ]),
  );
}

/** `s1b1/conv1/kernel` -> `s1b1.conv1.weight`. */
export function torchName({ name, kind }: Pick<Parameter, 'name' | 'kind'>): string {
  const layer = name.slice(0, name.lastIndexOf('/'));
  return `${layer.replaceAll('/', '.')}.${TORCH_NAMES[kind]}`;
}

/** [..taps, in, out] -> [out, in, ...taps]. */
export function outputsFirst({ shape, data }: NamedArray): NamedArray {
  const [inputs, outputs] = shape.slice(-2) as [number, number];
  const taps = shape.slice(0, -2);
  const count = data.length / (inputs * outputs);
  const turned = new Float32Array(data.length);
  let at = 0;
  for (let output = 0; output < outputs; output++)
    for (let input = 0; input < inputs; input++)
      for (let tap = 0; tap < count; tap++) turned[at++] = data[(tap * inputs + input) * outputs + output]!;
  return { shape: [outputs, inputs, ...taps], data: turned };
}

/** [out, in, ...taps] -> [...taps, in, out]. */
export function outputsLast({ shape, data }: NamedArray): NamedArray {
  const [outputs, inputs] = shape as [number, number];
  const taps = shape.slice(2);
  const count = data.length / (inputs * outputs);
  const turned = new Float32Array(data.length);
  let at = 0;
  for (let output = 0; output < outputs; output++)
    for (let input = 0; input < inputs; input++)
      for (let tap = 0; tap < count; tap++) turned[(tap * inputs + input) * outputs + output] = data[at++]!;
  return { shape: [...taps, inputs, outputs], data: turned };
}
