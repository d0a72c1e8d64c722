// Draws the pictures of docs/gpu-use.md that need no live machine: the log of 2018, and the table beside our own scaling.
import { writeFileSync } from 'node:fs';
import {
  gpuUtilizationFigure,
  inRepository,
  PERFORMANCE_MEASURED,
  performanceFigure,
  readGpuLog,
  readPerformance,
} from 'voxlab';

const log = await readGpuLog(inRepository('data', 'gpustat', 'k80x8_2018.txt'));
writeFileSync(inRepository('images', 'gpu-2018.png'), gpuUtilizationFigure(log).png());
const series = [...readPerformance(), ...readPerformance(PERFORMANCE_MEASURED)];
writeFileSync(inRepository('images', 'performance.svg'), performanceFigure(series).svg());
