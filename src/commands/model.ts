import { DEFAULT_NETWORK, NETWORK_NAMES, type NetworkName } from '../config/networkNames.js';
import { isTrainable, type Layer, type NetworkOptions, sizeOf } from '../model/architecture.js';
import { BATCH_NORM_EPSILON } from '../model/layers.js';
import { ADAM } from '../model/optimizers.js';
import { layersOf, usualFilters } from '../model/zoo/networks.js';
import { BATCH_NORM_MOMENTUM } from '../training/step/tracedStep.js';
import { alignedColumns } from './alignedColumns.js';
import { oneOf, wholeNumber } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, printJson } from './standardStreams.js';

interface ModelFlags {
  readonly network: NetworkName;
  readonly filters?: number;
  readonly channels: number;
  readonly dim: number;
  readonly slices: number;
  readonly json?: boolean;
}

export const registerModelCommand: RegisterCommand = (program) => {
  program
    .command('model')
    .description(
      'A network of the table: layers, output shapes, parameters and multiply-accumulates a patch.',
    )
    .option(
      '--network <name>',
      `one of ${NETWORK_NAMES.join(', ')}`,
      oneOf(...NETWORK_NAMES),
      DEFAULT_NETWORK,
    )
    .option('--filters <n>', "channels of the first stage (default: the network's own)", wholeNumber(1, 1024))
    .option('--channels <n>', 'windows of the input', wholeNumber(1, 3), 1)
    .option('--dim <n>', 'voxels of a patch along x and y', wholeNumber(1, 1024), 32)
    .option('--slices <n>', 'voxels of a patch along z', wholeNumber(1, 1024), 32)
    .option('--json', 'one JSON document on stdout: {parameters, trainable, nonTrainable, macs, layers, ...}')
    .action(printModel);
};

function printModel({ network: name, channels, dim, slices, json, ...flags }: ModelFlags): void {
  const { filters = usualFilters(name) } = flags;
  const network: NetworkOptions = { name, inputSize: [slices, dim, dim], filters, channels };
  const layers = layersOf(network);
  const counts = countsOfLayers(layers);
  if (json !== true) {
    print(table(layers, counts));
    return;
  }
  printJson({
    ...counts,
    arrays: layers.reduce((sum, { parameters }) => sum + parameters.length, 0),
    network,
    initializer: 'he_normal: truncated normal, sd sqrt(2 / fan in)',
    optimizer: { name: 'Adam', ...ADAM, form: 'lr_t' },
    batchNorm: { momentum: BATCH_NORM_MOMENTUM, epsilon: BATCH_NORM_EPSILON, variance: 'biased' },
    l2: 'on kernels, added to the loss',
    layers: layers.map(({ name, kind, outputShape, parameters, macs }) => ({
      name,
      kind,
      outputShape,
      parameters: parametersIn(parameters),
      macs,
    })),
  });
}

function countsOfLayers(layers: readonly Layer[]) {
  const all = layers.flatMap(({ parameters }) => parameters);
  const parameters = parametersIn(all);
  const trainable = parametersIn(all.filter(isTrainable));
  return {
    parameters,
    trainable,
    nonTrainable: parameters - trainable,
    macs: layers.reduce((sum, { macs }) => sum + macs, 0),
  };
}

function parametersIn(parameters: Layer['parameters']): number {
  return parameters.reduce((sum, parameter) => sum + sizeOf(parameter), 0);
}

function table(layers: readonly Layer[], counts: ReturnType<typeof countsOfLayers>): string {
  const rows = layers.map(({ name, kind, outputShape, parameters, macs }) => [
    name,
    kind,
    outputShape.join(' x '),
    parametersIn(parameters).toLocaleString('en'),
    macs === 0 ? '' : `${(macs / 1e6).toFixed(2)} M`,
  ]);
  const header = ['layer', 'kind', 'output (z, y, x, channels)', 'parameters', 'MACs a patch'];
  const { parameters, trainable, nonTrainable, macs } = counts;
  return `${alignedColumns([header, ...rows], 3)}${parameters.toLocaleString('en')} parameters, ${trainable.toLocaleString('en')} trainable, ${nonTrainable.toLocaleString('en')} moving averages; ${(macs / 1e6).toFixed(2)} M multiply-accumulates a patch\n`;
}
