/** What was measured of one step, for a guess at other numbers of devices. */
export interface ScalingMeasurement {
  /** Forward, backward and update on one device with its share of the batch. */
  readonly computeMs: number;
  readonly gradientBytes: number;
  /** Devices of the measured reduction, and its time where nothing hides it. */
  readonly devices: number;
  readonly reduceMs: number;
  /** Of one message. */
  readonly latencyMs: number;
}

/** Bytes a ms of one device's link, from the time of a ring (Patarasu, Yuan, 2009): 2 (n - 1) messages of 1/n of the bytes. */
export function ringBandwidth({ gradientBytes, devices, reduceMs, latencyMs }: ScalingMeasurement): number {
  const messages = 2 * (devices - 1);
  const moving = Math.max(reduceMs - messages * latencyMs, reduceMs / 100);
  return (messages * gradientBytes) / devices / moving;
}

/** Share of ideal speed of n devices, each with the measured batch, when the backward pass hides none of the reduction. */
export function expectedEfficiency(measured: ScalingMeasurement, devices: number): number {
  if (devices === 1) return 1;
  const messages = 2 * (devices - 1);
  const reduceMs =
    messages * measured.latencyMs + (messages * measured.gradientBytes) / devices / ringBandwidth(measured);
  return measured.computeMs / (measured.computeMs + reduceMs);
}
