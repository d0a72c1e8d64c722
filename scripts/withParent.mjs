// Runs a program that ends with the process that asked for it, however that ended (kill -9 too):
//   node scripts/withParent.mjs PID PROGRAM WORD...
// Node's own modules only. The program is a group of its own, so that what it starts ends with it.
import { spawn } from 'node:child_process';

const LOOK_EVERY_MS = 300;
/** For npm and pip to take back what they have begun. */
const GRACE_MS = 5000;

const [parent, program, ...words] = process.argv.slice(2);
// Before it: a signal that came between would end this process alone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(signal));
// 3 says that a set-up is at work for as long as one of its programs has it.
const child = spawn(program, words, { stdio: ['ignore', 'inherit', 'inherit', 3], detached: true });

child.once('error', (error) => {
  process.stderr.write(`${program} cannot be started (${error.message})\n`);
  process.exit(127);
});
child.once('exit', (code) => {
  // What it has started and not waited for: the compiler goes on writing for seconds after Ctrl-C.
  end('SIGKILL');
  process.exit(code ?? 1);
});

const look = setInterval(() => {
  if (process.ppid === Number(parent)) return;
  clearInterval(look);
  end('SIGTERM');
  setTimeout(() => end('SIGKILL'), GRACE_MS);
}, LOOK_EVERY_MS);

function end(signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
