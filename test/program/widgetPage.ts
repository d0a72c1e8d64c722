import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { LabPage, LabWithBrowser } from './labPage.js';

/** A notebook with a widget, of which is noted what its page asks for and what goes wrong there. */
export interface WidgetPage {
  readonly notebook: LabPage;
  readonly page: Page;
  readonly faults: readonly string[];
  /** Addresses beyond the notebook's server. */
  foreign(): string[];
  /** Kind and source of each cell: keys for a widget must not change them. */
  cells(): Promise<unknown>;
  /** JupyterLab's export to HTML, opened in a page of its own that has no server; and what that asks for. */
  exported(): Promise<{ readonly page: Page; readonly asked: readonly string[] }>;
}

/** Writes a notebook of these cells, and runs them. */
export async function openWidget(
  lab: LabWithBrowser,
  name: string,
  cells: readonly string[],
): Promise<WidgetPage> {
  lab.write(name, cells);
  const notebook = await lab.open(name);
  const { page } = notebook;
  const asked = askedBy(page);
  const faults: string[] = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  const { origin } = new URL(page.url());
  return {
    ...{ notebook, page, faults },
    foreign: () => asked.filter((url) => !url.startsWith(origin) && !/^(data|blob):/.test(url)),
    cells: () =>
      page.evaluate(
        `window.jupyterapp.shell.currentWidget.content.widgets.map(({ model }) => [model.type, model.sharedModel.getSource()])`,
      ),
    async exported() {
      const saved = await page.request.get(
        `${origin}/nbconvert/html/${name}?download=false&token=${lab.token}`,
      );
      const shown = await page.context().newPage();
      const askedThere = askedBy(shown);
      await shown.setContent(await saved.text());
      return { page: shown, asked: askedThere };
    },
  };
}

function askedBy(page: Page): string[] {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  return asked;
}

/** In light and dark, narrow and wide, a viewer keeps to its room; `look` sees more of it. */
export async function fitsEverywhere(page: Page, look: (where: string) => Promise<void>): Promise<void> {
  for (const theme of ['Light', 'Dark']) {
    await page.evaluate(
      `window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab ${theme}' })`,
    );
    await page.waitForFunction(`document.body.dataset.jpThemeName === 'JupyterLab ${theme}'`);
    for (const width of [700, 1400]) {
      await page.setViewportSize({ width, height: 1000 });
      await page.waitForTimeout(400);
      await look(`${theme} at ${width}`);
      const [inside, room] = (await page.evaluate(
        `(() => { const { scrollWidth, clientWidth } = document.querySelector('.voxlab-viewer'); return [scrollWidth, clientWidth]; })()`,
      )) as [number, number];
      assert.ok(inside <= room, `${inside} pixels in ${room}, ${theme} at ${width}`);
    }
  }
}
