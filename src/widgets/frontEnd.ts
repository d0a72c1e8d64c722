import { existsSync, readFileSync } from 'node:fs';
import { EnvironmentError } from '../errors.js';
import { inPackage, typed } from '../paths.js';

/** What the browser gets of a widget: an ES module for anywidget, and its style sheet. */
export interface FrontEnd {
  readonly module: string;
  readonly style: string;
}

export type FrontEndName =
  | 'controls'
  | 'sliceViewer'
  | 'volumeView'
  | 'compareViewer'
  | 'savedViewer'
  | 'patchGallery';

const read = new Map<FrontEndName, FrontEnd>();

/** The front end of a widget, bundled from src/widgets/browser/ by scripts/bundle.mjs. */
export function frontEnd(name: FrontEndName): FrontEnd {
  const known = read.get(name);
  if (known !== undefined) return known;
  const [module, style] = ['js', 'css'].map((ending) =>
    textOf(inPackage('dist/browser', `${name}.${ending}`)),
  );
  const loaded = { module: module!, style: style! };
  read.set(name, loaded);
  return loaded;
}

/**
 * A picture, and behind it what makes it live: its data, and the script of a front end that puts itself in its place. In an
 * executed notebook's page, in nbviewer, wherever HTML runs its scripts; nothing is loaded, and without scripts the picture stays.
 */
export function livingHtml(picture: string, name: FrontEndName, data: object): string {
  const { module, style } = frontEnd(name);
  // `<` would end the script element.
  const json = JSON.stringify({ ...data, style }).replaceAll('<', '\\u003c');
  const code = module.replaceAll('</script', '<\\/script');
  return `${picture}<script type="application/json">${json}</script><script>${code}</script>`;
}

function textOf(path: string): string {
  if (!existsSync(path)) throw new EnvironmentError(`${path} is missing: run ${typed('build')}`);
  return readFileSync(path, 'utf8');
}
