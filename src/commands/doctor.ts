import { type DoctorFinding, doctor } from '../doctor.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, printJson } from './standardStreams.js';

export const registerDoctorCommand: RegisterCommand = (program) => {
  program
    .command('doctor')
    .description('Checks what voxlab stands on, and says the fix for each part that fails.')
    .option('--json', 'print {ok, findings:[{name, state, found, fix}]}')
    .action((options: { json?: boolean }) => {
      const findings = doctor();
      const ok = findings.every(({ state }) => state !== 'fail');
      if (options.json) printJson({ ok, findings });
      else for (const finding of findings) print(`${findingText(finding)}\n`);
      if (!ok) process.exitCode = 1;
    });
};

function findingText({ name, state, found, fix }: DoctorFinding): string {
  const mark = { ok: 'ok  ', note: 'note', fail: 'FAIL' }[state];
  return `${mark}  ${name.padEnd(20)} ${found}${fix === undefined ? '' : `  ->  ${fix}`}`;
}
