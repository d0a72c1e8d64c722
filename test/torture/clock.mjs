// Loaded before a program (node --import): after some time its clock is set back or forward, as a machine's may be.
const [afterMs, byMs] = (process.env.TORTURE_CLOCK ?? '0,0').split(',').map(Number);
const real = Date.now;
const began = performance.now();
const now = () => real() + (performance.now() - began > afterMs ? byMs : 0);
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [now()] : given));
  }
  static now() {
    return now();
  }
};
