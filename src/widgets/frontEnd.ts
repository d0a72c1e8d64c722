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

function textOf(path: string): string {
  if (!existsSync(path)) throw new EnvironmentError(`${path} is missing: run ${typed('build')}`);
  return readFileSync(path, 'utf8');
}
