import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { EnvironmentError, InterruptedError } from '../errors.js';
import { handSignalsOn } from '../parentProcess.js';
import { inPackage, REPOSITORY_ROOT } from '../paths.js';
import { withoutControls } from '../withoutControls.js';
import type { RegisterCommand } from './registerCommand.js';

export const registerSetupCommand: RegisterCommand = (program) => {
  program
    .command('setup')
    .description(
      "Brings what npm does not into the project's folder: TensorFlow's library, JupyterLab, the notebook kernel; what stands is skipped.",
    )
    .action(setUp);
};

/** The program that sets up a clone, too. */
async function setUp(): Promise<void> {
  const child = spawn(process.execPath, [inPackage('scripts', 'setup.mjs'), 'run'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    // A terminal's Ctrl-C would reach it beside the one that is handed on.
    detached: true,
  });
  const signals = handSignalsOn([child]);
  const [code] = (await once(child, 'close')) as [number | null];
  signals.leave();
  if (code === 0) return;
  const folder = withoutControls(REPOSITORY_ROOT);
  if (code === 130) throw new InterruptedError(`interrupted while setting up ${folder}`);
  throw new EnvironmentError(`${folder} was not set up: what it says above has the reason`);
}
