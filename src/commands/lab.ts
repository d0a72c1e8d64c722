import { startLab } from '../kernel/notebooks/lab.js';
import { wholeNumber, withInterrupt } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, requirePrinted } from './standardStreams.js';

export const registerLabCommand: RegisterCommand = (program) => {
  program
    .command('lab')
    .description(
      'Opens JupyterLab with the TypeScript kernel on 127.0.0.1, in the folder notebooks/. Ctrl-C ends it.',
    )
    .option('--port <n>', 'port to listen at (default: 8888, or the next free one)', wholeNumber(1, 65_535))
    .option('--no-browser', 'do not open a browser; the address is printed')
    .action((flags: { port?: number; browser: boolean }) =>
      withInterrupt(async (signal) => {
        const stop = new AbortController();
        const lab = await startLab({ ...flags, signal: AbortSignal.any([signal, stop.signal]) });
        print(`JupyterLab: ${lab.url}\nCtrl-C ends it.\n`);
        try {
          await requirePrinted();
        } catch (error) {
          // Its address, with the token, is lost: it does not stay up with nobody who can reach it.
          stop.abort();
          await lab.ended;
          throw error;
        }
        await lab.ended;
      }),
    );
};
