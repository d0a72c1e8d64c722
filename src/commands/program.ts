import { resolve } from 'node:path';
import { Command, CommanderError, Help } from 'commander';
import { awaitReadable } from '../awaitReadable.js';
import { messageOf, VoxlabError } from '../errors.js';
import { hasHangingCalls } from '../hangingCalls.js';
import { libc } from '../libc.js';
import { VERSION } from '../version.js';
import { registerBenchCommand } from './bench.js';
import { registerCropCommand } from './crop.js';
import { registerCrossvalCommand } from './crossval.js';
import { registerDetectCommand } from './detect.js';
import { registerDoctorCommand } from './doctor.js';
import { registerEvaluateCommand } from './evaluate.js';
import { registerExplainCommand } from './explain.js';
import { registerExploreCommand } from './explore.js';
import { registerExportCommand } from './export.js';
import { registerFigureCommand } from './figure.js';
import { registerFrocCommand } from './froc.js';
import { registerGpuCommand } from './gpu.js';
import { registerImportCommand } from './import.js';
import { registerKernelCommand } from './kernel.js';
import { registerLabCommand } from './lab.js';
import { registerMergeCommand } from './merge.js';
import { registerModelCommand } from './model.js';
import { registerNotebookCommand } from './notebook.js';
import { registerPredictCommand } from './predict.js';
import type { RegisterCommand } from './registerCommand.js';
import { registerRunsCommand } from './runs.js';
import { registerSampleCommand } from './sample.js';
import { registerSetupCommand } from './setup.js';
import { guardStandardStreams, requirePrinted, say } from './standardStreams.js';
import { registerStartCommand } from './start.js';
import { registerTablesCommand } from './tables.js';
import { registerTrainCommand } from './train.js';
import { registerVerifyCommand } from './verify.js';

const COMMANDS: readonly RegisterCommand[] = [
  registerSampleCommand,
  registerCropCommand,
  registerMergeCommand,
  registerTablesCommand,
  registerVerifyCommand,
  registerExploreCommand,
  registerDetectCommand,
  registerModelCommand,
  registerTrainCommand,
  registerEvaluateCommand,
  registerCrossvalCommand,
  registerPredictCommand,
  registerExplainCommand,
  registerFrocCommand,
  registerExportCommand,
  registerImportCommand,
  registerRunsCommand,
  registerGpuCommand,
  registerFigureCommand,
  registerBenchCommand,
  registerKernelCommand,
  registerLabCommand,
  registerNotebookCommand,
  registerSetupCommand,
  registerDoctorCommand,
  registerStartCommand,
];

/** The original project's single-dash flags; commander itself takes `-x` only as one letter. */
const ORIGINAL_FLAGS = new Set(['-subset', '-dim', '-slices', '-hdf5', '-remote', '-epochs', '-batch']);

/** Time for what still runs after a failure. */
const LAST_CALLS_MS = 2000;

/** Runs the command line and sets the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  const debug = argv.includes('--debug');
  const program = buildProgram();
  guardStandardStreams();
  try {
    await program.parseAsync(acceptOriginalFlags(argv), { from: 'user' });
    await requirePrinted();
    // Node's own end waits for them.
    if (hasHangingCalls()) libc()._exit(Number(process.exitCode ?? 0));
  } catch (error) {
    process.exitCode = reportFailure(error, debug, namedCommand(program, argv));
    // A call into TensorFlow that waits for a process that hangs never comes back; process.exit() would wait for it.
    const last = setTimeout(() => libc()._exit(Number(process.exitCode)), LAST_CALLS_MS);
    if (!hasHangingCalls()) last.unref();
  }
}

/**
 * What a flag or argument names, and is there, is read at once later: tables, settings, runs, folders. The files of a list are
 * looked at one by one by the command, which goes on with the others.
 */
async function awaitNamed(_: Command, command: Command): Promise<void> {
  const single = command.args.filter((__, at) => command.registeredArguments[at]?.variadic === false);
  for (const value of [...single, ...Object.values(command.opts()).flat()])
    if (typeof value === 'string' && value !== '') await awaitReadable(resolve(value));
}

/** The command tree, also for the docs and the tests. */
export function buildProgram(): Command {
  const program = new Command('voxlab')
    .description('From chest CT scans to a trained 3D network, step by step, on one device or many.')
    .version(VERSION, '-V, --version', 'print the version')
    .option('--debug', 'print the stack of a failure')
    .exitOverride()
    .configureOutput({ outputError: () => {}, writeErr: () => {} })
    .configureHelp({
      optionDescription: (option) =>
        `${new Help().optionDescription(option)}${option.mandatory ? ' (required)' : ''}`,
    })
    .hook('preAction', awaitNamed);
  for (const register of COMMANDS) register(program);
  return program;
}

/** The command that the words name, such as `voxlab tables marks`: whose help says what it takes. */
function namedCommand(program: Command, argv: readonly string[]): string {
  let at = program;
  let name = program.name();
  for (const word of argv) {
    const next = at.commands.find((command) => command.name() === word);
    if (next === undefined && !word.startsWith('-')) break;
    if (next === undefined) continue;
    at = next;
    name += ` ${word}`;
  }
  return name;
}

/** One clear line on stderr; the stack only with --debug. Returns the exit code. */
function reportFailure(error: unknown, debug: boolean, command: string): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const reason = error.code === 'commander.help' ? 'expected a command' : messageOf(error);
    say(`voxlab: ${reason.replace(/^error: /, '')} (${command} --help says what it takes)\n`);
    return 2;
  }
  const said = debug && error instanceof Error ? (error.stack ?? '') : messageOf(error);
  say(`voxlab: ${said}\n`);
  return error instanceof VoxlabError ? error.exitCode : 1;
}

function acceptOriginalFlags(argv: readonly string[]): string[] {
  return argv.map((word) => (ORIGINAL_FLAGS.has(word) ? `-${word}` : word));
}
