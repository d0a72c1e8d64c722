import type { Cluster } from '../config/cluster.js';
import type { Address } from './capi.js';
import { type DeviceLayout, encodeConfig } from './configProto.js';
import { joinCluster } from './joinCluster.js';
import { capi } from './library.js';
import { withStatus } from './status.js';

/** A device as TensorFlow names it. */
export interface Device {
  /** As TensorFlow names it: `/job:localhost/replica:0/task:0/device:CPU:0`. */
  readonly name: string;
  readonly type: 'CPU' | 'GPU' | string;
}

/** TensorFlow's eager context: its devices, threads and functions. */
export interface Context {
  readonly address: Address;
  readonly layout: DeviceLayout;
  readonly devices: readonly Device[];
  /** GPU:0 where there is one, else CPU:0. */
  readonly defaultDevice: Device;
  /** CPU:0, in whose memory arguments lie and results are read. */
  readonly hostDevice: Device;
}

/** Opens a context, 3 ms once the library is loaded; with a cluster, its devices can sum with those of other processes. */
export function openContext(layout: DeviceLayout, cluster?: Cluster): Context {
  const api = capi();
  const options = api.TFE_NewContextOptions();
  try {
    const proto = encodeConfig(layout);
    withStatus('context options', (status) =>
      api.TFE_ContextOptionsSetConfig(options, proto, proto.length, status),
    );
    const address = withStatus('new context', (status) => api.TFE_NewContext(options, status));
    if (cluster !== undefined) joinCluster(address, layout, cluster);
    const own = `/task:${cluster?.rank ?? 0}/`;
    const devices = listDevices(address).filter(({ name }) => name.includes(own));
    const defaultDevice = devices.find(({ type }) => type === 'GPU') ?? devices[0]!;
    const hostDevice = devices.find(({ type }) => type === 'CPU')!;
    return { address, layout, devices, defaultDevice, hostDevice };
  } finally {
    api.TFE_DeleteContextOptions(options);
  }
}

function listDevices(context: Address): Device[] {
  const api = capi();
  const list = withStatus('list devices', (status) => api.TFE_ContextListDevices(context, status));
  try {
    return Array.from({ length: api.TF_DeviceListCount(list) }, (_, index) =>
      withStatus('device', (status) => ({
        name: api.TF_DeviceListName(list, index, status),
        type: api.TF_DeviceListType(list, index, status),
      })),
    ).filter(({ type }) => type === 'CPU' || type === 'GPU');
  } finally {
    api.TF_DeleteDeviceList(list);
  }
}
