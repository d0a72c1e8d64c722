import { EnvironmentError } from '../errors.js';
import { sizeOf } from '../model/architecture.js';
import { wordsOf } from '../model/network.js';
import type { PortableNetwork } from './portableNetwork.js';

/** What protobuf holds in one message. */
const MOST_BYTES = 2 ** 31 - 1;
/** Names, shapes and operations beside the weights. */
const ROOM_BYTES = 2 ** 20;

/** Formats whose weights are in one protobuf message end at 2 GiB. Throws EnvironmentError. */
export function requireFit({ network }: Pick<PortableNetwork, 'network'>, format: string): void {
  const bytes = 4 * network.parameters.reduce((sum, parameter) => sum + sizeOf(parameter), 0);
  if (bytes + ROOM_BYTES > MOST_BYTES)
    throw new EnvironmentError(
      `${format} holds 2 GiB in one file, ${wordsOf(network)} has ${Math.round(bytes / 2 ** 20)} MiB: export it --to safetensors or keras`,
    );
}
