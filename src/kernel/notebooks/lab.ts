import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EnvironmentError, InterruptedError } from '../../errors.js';
import { childOfThisProcess } from '../../parentProcess.js';
import { inPackage, inRepository, jupyterFolder, writeFileAtomically } from '../../paths.js';
import { ensureKernelSpec, jupyterEnvironment, pythonProgram } from './jupyter.js';

export interface LabOptions {
  /** Fails when the port is taken; without it the first free one from 8888 on. */
  readonly port?: number;
  /** Open a browser. */
  readonly browser: boolean;
  /** Ends the server. */
  readonly signal: AbortSignal;
  /** Folder of settings, workspaces and runtime files; default the clone's .jupyter. */
  readonly home?: string;
  /** Folder that the server shows; default the clone. */
  readonly root?: string;
}

export interface RunningLab {
  /** With its token: whoever has it can run code here. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** Resolves when the server has ended; rejects when it ended by itself with an error. */
  readonly ended: Promise<void>;
}

const FIRST_PORT = 8888;
const START_SECONDS = 120;

/** Starts the clone's JupyterLab on 127.0.0.1 and waits until it answers. */
export async function startLab(options: LabOptions): Promise<RunningLab> {
  if (options.port !== undefined) return startAt(options.port, options);
  for (let port = await firstFreePort(FIRST_PORT); ; port = await firstFreePort(port + 1)) {
    try {
      return await startAt(port, options);
    } catch (error) {
      // Another program took it between the look and the start.
      if (!(error instanceof EnvironmentError && error.message.includes('already in use'))) throw error;
    }
  }
}

async function startAt(port: number, options: LabOptions): Promise<RunningLab> {
  const { browser, signal, home = jupyterFolder(), root = inRepository() } = options;
  const program = pythonProgram('python');
  ensureKernelSpec();
  writeDefaultSettings(home);
  const token = randomBytes(24).toString('hex');
  const server = spawn(program, labArguments({ port, root, browser }), {
    env: { ...jupyterEnvironment(home), ...childOfThisProcess() },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true, // Ctrl-C comes to this process alone, which then ends the server in order
  });
  // Not among the arguments, which every user of the machine reads, nor in the environment, which kernels inherit.
  server.stdin.on('error', () => {}).end(`${token}\n`); // a server that is gone says so itself
  const log = keepLog(server);
  const ended = endWith(server, signal, log);
  ended.catch(() => {}); // awaited below or by the caller
  const base = `http://127.0.0.1:${port}`;
  // Another program on the port may take a question and never answer: asking ends with the server, too.
  const asking = new AbortController();
  const answered = answers(`${base}/api/status`, token, AbortSignal.any([signal, asking.signal]));
  answered.catch(() => {}); // the server's own end is what counts then
  try {
    await Promise.race([answered, endedEarly(ended, signal, log)]);
  } catch (error) {
    server.kill('SIGTERM'); // where it did not answer it is there still
    throw error;
  } finally {
    asking.abort();
  }
  return { url: `${base}/lab/tree/notebooks?token=${token}`, port, token, ended };
}

function labArguments({ port, root, browser }: { port: number; root: string; browser: boolean }): string[] {
  return [
    inPackage('src', 'kernel', 'notebooks', 'labServer.py'),
    '--ServerApp.ip=127.0.0.1',
    `--ServerApp.port=${port}`,
    '--ServerApp.port_retries=0',
    `--ServerApp.root_dir=${root}`,
    '--LabApp.default_url=/lab/tree/notebooks',
    '--LabApp.expose_app_in_browser=True', // the browser tests' door, and that of users' own scripts
    '--LabApp.news_url=None', // no question to the network
    '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
    '--KernelSpecManager.ensure_native_kernel=False',
    '--ServerApp.contents_manager_class=labContents.NotebookContents',
    // "Save and Export Notebook As: HTML" writes the page that `voxlab notebook run` writes.
    '--HTMLExporter.template_name=page',
    `--HTMLExporter.extra_template_basedirs=${inPackage('src', 'kernel', 'notebooks')}`,
    ...(browser ? [] : ['--no-browser']),
    ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
  ];
}

const DEFAULT_SETTINGS = {
  '@jupyterlab/apputils-extension/notification': { fetchNews: 'false', checkForUpdates: false },
  // A saved notebook keeps its widgets' state: opened without their kernel they show their last picture and a note.
  '@jupyter-widgets/jupyterlab-manager/plugin': { saveState: true },
  // A long line is read without scrolling its cell.
  '@jupyterlab/notebook-extension/tracker': { codeCellConfig: { lineWrap: true } },
} as const;

/** Settings that a user has changed stay as they are. */
function writeDefaultSettings(home: string): void {
  for (const [plugin, settings] of Object.entries(DEFAULT_SETTINGS)) {
    const path = join(home, 'settings', `${plugin}.jupyterlab-settings`);
    if (!existsSync(path)) writeFileAtomically(path, `${JSON.stringify(settings, null, 2)}\n`);
  }
}

/** The server's last lines: the reason, when it ends by itself. */
function keepLog(server: ChildProcess): () => string {
  let kept = '';
  for (const stream of [server.stdout, server.stderr])
    stream?.on('data', (data) => {
      kept = (kept + data).slice(-4000);
    });
  return () => kept.trim().split('\n').slice(-3).join(' | ');
}

async function endWith(server: ChildProcess, signal: AbortSignal, log: () => string): Promise<void> {
  const stop = (): void => {
    server.kill('SIGTERM');
    setTimeout(() => server.kill('SIGKILL'), 10_000).unref();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const [code] = await once(server, 'exit');
  signal.removeEventListener('abort', stop);
  if (!signal.aborted && code !== 0)
    throw new EnvironmentError(`JupyterLab ended with exit code ${code}: ${log()}`);
}

async function endedEarly(ended: Promise<void>, signal: AbortSignal, log: () => string): Promise<never> {
  await ended;
  if (signal.aborted) throw new InterruptedError('interrupted while JupyterLab was starting');
  throw new EnvironmentError(`JupyterLab ended before it answered: ${log()}`);
}

async function answers(url: string, token: string, signal: AbortSignal): Promise<void> {
  for (const end = Date.now() + 1000 * START_SECONDS; Date.now() < end; ) {
    if (signal.aborted) throw new InterruptedError('interrupted while JupyterLab was starting');
    const response = await fetch(url, {
      headers: { authorization: `token ${token}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]),
    }).catch(() => undefined);
    if (response?.ok) return;
    await delay(100);
  }
  throw new EnvironmentError(`JupyterLab did not answer within ${START_SECONDS} s`);
}

async function firstFreePort(from: number): Promise<number> {
  for (let port = from; port < from + 100; port++) if (await isFree(port)) return port;
  throw new EnvironmentError(`no port from ${from} to ${from + 99} is free: name one with --port`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
