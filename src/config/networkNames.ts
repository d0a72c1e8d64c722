/** Networks of the table, which a configuration may name. */
export const NETWORK_NAMES = [
  ...(['resnet3d-18', 'resnet3d-34', 'resnet3d-50'] as const),
  ...(['resnet3d-18-classic', 'resnet3d-34-classic', 'resnet3d-50-classic'] as const),
  ...(['densenet3d-121', 'cnn3d'] as const),
] as const;

/** A network of the table. */
export type NetworkName = (typeof NETWORK_NAMES)[number];

export const DEFAULT_NETWORK: NetworkName = 'resnet3d-18';

export function isNetworkName(text: string): text is NetworkName {
  return (NETWORK_NAMES as readonly string[]).includes(text);
}
