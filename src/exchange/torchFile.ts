import { writeSafetensors } from '../training/run/safetensors.js';
import { descriptionOf, type PortableNetwork } from './portableNetwork.js';
import { toTorch } from './torchLayout.js';
import { writeBeside } from './writeBeside.js';

/** A safetensors file whose names and layouts are those of PyTorch's `state_dict` (docs/interop.md has the network). */
export async function writeTorchFile(network: PortableNetwork, path: string): Promise<string[]> {
  const metadata = { format: 'pt', voxlab: JSON.stringify(descriptionOf(network)) };
  await writeBeside(path, (beside) => writeSafetensors(beside, toTorch(network), metadata));
  return [path];
}
