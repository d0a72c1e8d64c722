import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { type RunningLab, startLab } from '../../src/kernel/notebooks/lab.js';
import { inRepository } from '../../src/paths.js';
import { findChromium } from './chromium.js';

/** What a run of the tests says where there is no browser. */
export function whyNoLab(): string | false {
  return (
    findChromium() === undefined &&
    'no Chromium: install it, or name one in CHROMIUM; JupyterLab is not tested'
  );
}

/** A JupyterLab of the clone with fresh settings, and a browser; notebooks to be tested lie in `folder`. */
export interface LabWithBrowser {
  /** Inside the clone, so that cells find its packages; removed in the end. */
  readonly folder: string;
  /** Of the server. */
  readonly token: string;
  /** Writes a notebook of these code cells into the folder. */
  write(name: string, cells: readonly string[]): void;
  open(name: string): Promise<LabPage>;
  close(): Promise<void>;
}

/** WebGL2 without a graphics card. */
export const SOFTWARE_WEBGL = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

export async function openLab(webgl = false): Promise<LabWithBrowser> {
  const home = mkdtempSync(join(tmpdir(), 'voxlab-lab-'));
  mkdirSync(inRepository('runs'), { recursive: true });
  const folder = mkdtempSync(inRepository('runs', 'lab-test-'));
  writeSettings(home);
  const controller = new AbortController();
  const lab = await startLab({ browser: false, signal: controller.signal, home, root: folder });
  const context = await chromium.launchPersistentContext(join(home, 'browser'), {
    executablePath: findChromium()!,
    headless: true,
    viewport: { width: 1200, height: 1000 },
    args: [
      '--no-sandbox',
      ...(webgl ? SOFTWARE_WEBGL : ['--disable-gpu']),
      '--no-first-run',
      '--disable-background-networking',
      '--disable-sync',
    ],
  });
  return {
    folder,
    token: lab.token,
    write: (name, cells) => writeFileSync(join(folder, name), JSON.stringify(notebookOf(cells))),
    open: (name) => openNotebook(context, lab, name),
    async close() {
      await context.close();
      controller.abort();
      await lab.ended;
      for (const path of [home, folder]) rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Every cell stays in the page, nothing is saved behind the test's back, no questions. */
function writeSettings(home: string): void {
  const settings = {
    '@jupyterlab/notebook-extension/tracker': { windowingMode: 'none' },
    '@jupyterlab/docmanager-extension/plugin': { autosave: false },
  };
  for (const [plugin, value] of Object.entries(settings)) {
    const path = join(home, 'settings', `${plugin}.jupyterlab-settings`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(value));
  }
}

/** A notebook of code cells that have not run, below a cell of text where there is one. */
export function notebookOf(cells: readonly string[], text?: string): object {
  const kernelspec = { name: 'voxlab', display_name: 'TypeScript (voxlab)', language: 'typescript' };
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec, language_info: { name: 'typescript' } },
    cells: [
      ...(text === undefined ? [] : [{ id: 'text', cell_type: 'markdown', metadata: {}, source: text }]),
      ...cells.map((source, index) => ({
        ...{
          id: `cell-${index}`,
          cell_type: 'code',
          source,
          metadata: {},
          outputs: [],
          execution_count: null,
        },
      })),
    ],
  };
}

/** A notebook in a tab of its own. */
export interface LabPage {
  readonly page: Page;
  /** Another notebook in place of this one, whose kernel ends: loading JupyterLab itself takes longer than most notebooks run. */
  next(name: string): Promise<void>;
  runAll(): Promise<void>;
  /** Waits until no cell runs or waits to run. */
  idle(timeoutMs?: number): Promise<void>;
  /** Runs a command of JupyterLab by its id, without waiting for its end. */
  command(id: string): Promise<void>;
  reload(): Promise<void>;
  restartKernel(): Promise<void>;
  save(): Promise<void>;
  /** Texts of error outputs and of stderr. */
  errors(): Promise<string[]>;
  /** Outputs that take no room: a picture that cannot be drawn, a mime type that nobody renders. */
  emptyOutputs(): Promise<string[]>;
  /** A picture of the whole notebook. */
  screenshot(path: string): Promise<void>;
}

const PANEL = '.jp-NotebookPanel:not(.lm-mod-hidden)';

async function openNotebook(context: BrowserContext, lab: RunningLab, name: string): Promise<LabPage> {
  const page = await context.newPage();
  const load = async (): Promise<void> => {
    await page.goto(`http://127.0.0.1:${lab.port}/lab/tree/${name}?token=${lab.token}&reset`);
    await isThere();
  };
  const isThere = async (): Promise<void> => {
    await page.waitForSelector(`${PANEL} .jp-Notebook .jp-Cell`, { timeout: 60_000 });
    await kernelIs(page, 'idle');
  };
  const command = (id: string): Promise<void> =>
    page.evaluate(`void window.jupyterapp.commands.execute(${JSON.stringify(id)})`) as Promise<void>;
  const idle = async (timeoutMs = 120_000): Promise<void> => {
    const running = `${PANEL} .jp-CodeCell .jp-InputPrompt`;
    await page.waitForFunction(
      `${KERNEL}?.status === 'idle' && ![...document.querySelectorAll('${running}')].some((e) => e.textContent.includes('*'))`,
      undefined,
      { timeout: timeoutMs },
    );
  };
  await load();
  await command('application:toggle-left-area'); // room for the notebook
  return {
    page,
    command,
    idle,
    reload: load,
    async next(name) {
      await page.evaluate(`(async ({ shell, commands }) => {
        await shell.currentWidget.sessionContext.shutdown();
        shell.currentWidget.dispose(); // without a question
        await commands.execute('docmanager:open', { path: ${JSON.stringify(name)} });
      })(window.jupyterapp)`);
      await isThere();
    },
    async runAll() {
      await page.evaluate(`window.jupyterapp.commands.execute('notebook:run-all-cells')`);
      await idle();
    },
    async restartKernel() {
      await command('kernelmenu:restart');
      await page.click('.jp-Dialog .jp-mod-accept');
      await page.waitForTimeout(500);
      await kernelIs(page, 'idle');
    },
    async save() {
      await page.evaluate(`window.jupyterapp.commands.execute('docmanager:save')`);
    },
    errors: () =>
      page.$$eval(
        `${PANEL} .jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"], ${PANEL} .jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]`,
        (found) => found.map(({ textContent }) => textContent ?? ''),
      ),
    emptyOutputs: () =>
      page.evaluate(
        `[...document.querySelectorAll('.jp-OutputArea-output')].filter((output) => output.offsetHeight < 4).map((output) => output.outerHTML.slice(0, 200))`,
      ),
    async screenshot(path) {
      await page.evaluate(`document.querySelector('${PANEL} .jp-WindowedPanel-outer').scrollTop = 0`);
      const bottom = await page.$$eval(`${PANEL} .jp-Cell`, (cells) =>
        Math.max(...cells.map((cell) => cell.getBoundingClientRect().bottom)),
      );
      await page.setViewportSize({ width: 1200, height: Math.min(6000, Math.ceil(bottom) + 60) });
      await page.waitForTimeout(300);
      await page.screenshot({ path });
      await page.setViewportSize({ width: 1200, height: 1000 });
    },
  };
}

const KERNEL = 'window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel';

async function kernelIs(page: Page, status: string): Promise<void> {
  await page.waitForFunction(`${KERNEL}?.status === '${status}'`, undefined, { timeout: 60_000 });
}
