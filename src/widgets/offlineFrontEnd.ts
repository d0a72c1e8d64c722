import { existsSync, readFileSync } from 'node:fs';
import { sessionIfAny } from '../kernel/session.js';
import { inRepository } from '../paths.js';

/** As the set-up installs it for the classic notebook: one call of AMD's `define`. */
const ANYWIDGET = inRepository('.venv', 'share', 'jupyter', 'nbextensions', 'anywidget', 'index.js');

let isShown = false;

/**
 * VS Code takes the front ends of widgets from a CDN alone, unless the kernel is Python's; without network each widget is an
 * error there. So the first widget of a kernel that VS Code started brings anywidget's along.
 */
export function showOfflineFrontEnd(): void {
  if (isShown) return;
  isShown = true;
  const html = isOfVsCode(process.env) ? offlineFrontEnd(ANYWIDGET) : undefined;
  if (html === undefined) return;
  const data = { 'text/html': html, 'text/plain': 'widgets' };
  sessionIfAny()?.publish('display_data', { data, metadata: {}, transient: {} });
}

/** Whether VS Code started this kernel; a Jupyter server, also one in a terminal of VS Code, leaves its own mark. */
export function isOfVsCode(environment: NodeJS.ProcessEnv): boolean {
  const { VSCODE_PID, VSCODE_CWD, JPY_PARENT_PID } = environment;
  return (VSCODE_PID ?? VSCODE_CWD) !== undefined && JPY_PARENT_PID === undefined;
}

/** What tells a page's RequireJS of anywidget; pages without one take no notice. */
export function offlineFrontEnd(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const source = readFileSync(file, 'utf8').replace(/<\/(script)/gi, '<\\/$1');
  return `<script>if (window.requirejs) (() => {
const define = (needs, make) => window.define('anywidget', needs, make);
${source}
})();</script>`;
}
