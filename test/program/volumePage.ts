import type { Page } from 'playwright-core';

/** Balls at the patient's left, head and front, in mm from the middle, and their HU; as a cell makes them on any grid. */
export const BALLS = { left: [60, 0, 0, 1000], head: [0, 0, 50, 700], front: [0, -40, 0, 400] } as const;
export type Ball = keyof typeof BALLS;

const view = (page: Page, at: number) => page.locator('.voxlab-viewer').nth(at);
export const textOf = async (page: Page, at: number, part: string): Promise<string> =>
  (await view(page, at).locator(part).first().textContent()) ?? '';

export async function complete(page: Page, at: number): Promise<void> {
  await page.waitForSelector('.voxlab-viewer');
  await view(page, at).locator('canvas').scrollIntoViewIfNeeded(); // what nobody sees is not drawn
  await page.waitForFunction(
    `document.querySelectorAll('.voxlab-viewer')[${at}]?.dataset.complete === 'true'`,
    undefined,
    { timeout: 60_000 },
  );
}

export async function press(page: Page, at: number, key: string): Promise<void> {
  await page.locator('.voxlab-volume').nth(at).focus();
  await page.keyboard.press(key);
  await page.waitForTimeout(60);
  await complete(page, at);
}

export async function drag(
  page: Page,
  from: readonly [number, number],
  to: readonly [number, number],
  button: 'left' | 'right' | 'middle' = 'left',
): Promise<void> {
  await page.mouse.move(...from);
  await page.mouse.down({ button });
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2);
  await page.mouse.move(...to);
  await page.mouse.up({ button });
}

export async function sizeOf(page: Page, at: number): Promise<{ width: number; height: number }> {
  return (await page.locator('.voxlab-volume').nth(at).boundingBox())!;
}

/** The volume is 200 mm long; the picture has 1.12 times that in its shorter side. */
export async function pixelsPerMm(page: Page, at: number): Promise<number> {
  const { width, height } = await sizeOf(page, at);
  return Math.min(width, height) / (1.12 * 200);
}

type Spot = readonly [number, number];
/** Middles of the balls by their grey, CSS pixels from the picture's middle. */
export async function ballsIn(page: Page, at: number): Promise<Record<Ball, Spot>> {
  const middles = (await page.evaluate(`(() => {
    const canvas = document.querySelectorAll('.voxlab-volume')[${at}];
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const scale = canvas.getBoundingClientRect().width / canvas.width;
    return ${JSON.stringify(Object.values(BALLS).map(([, , , hu]) => hu))}.map((hu) => {
      const [xs, ys] = [[], []];
      for (let i = 0; i < data.length; i += 4) {
        if (Math.abs(data[i] - 0.255 * hu) > 8 || Math.abs(data[i] - data[i + 2]) > 2) continue;
        xs.push((i / 4) % canvas.width); ys.push(Math.floor(i / 4 / canvas.width));
      }
      // The rims of brighter balls have its grey, too, but are fewer.
      const middle = (all) => all.sort((a, b) => a - b)[all.length >> 1];
      return [(middle(xs) - canvas.width / 2) * scale, (middle(ys) - canvas.height / 2) * scale];
    });
  })()`)) as [number, number][];
  return { left: middles[0]!, head: middles[1]!, front: middles[2]! };
}

/** Standard deviation of the picture's grey. */
export function spreadOf(page: Page, at: number): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelectorAll('.voxlab-volume')[${at}];
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let [sum, squares] = [0, 0];
    for (let i = 0; i < data.length; i += 4) { sum += data[i]; squares += data[i] ** 2; }
    const mean = sum / (data.length / 4);
    return Math.sqrt(squares / (data.length / 4) - mean ** 2);
  })()`) as Promise<number>;
}

/** Picture, bars and help as one text. */
export function lookOf(page: Page, at: number): Promise<string> {
  return page.evaluate(`(() => {
    const root = document.querySelectorAll('.voxlab-viewer')[${at}];
    const canvas = root.querySelector('canvas');
    const small = document.createElement('canvas');
    Object.assign(small, { width: 90, height: 60 });
    small.getContext('2d').drawImage(canvas, 0, 0, 90, 60);
    const pixels = [...small.getContext('2d').getImageData(0, 0, 90, 60).data].filter((_, i) => i % 4 === 0);
    const pressed = [...root.querySelectorAll('[aria-pressed=true]')].map((one) => one.textContent + one.title);
    return JSON.stringify([pixels, pressed, root.querySelector('.voxlab-window').textContent, root.querySelector('.voxlab-zoom').textContent, root.querySelector('.voxlab-help').hidden]);
  })()`) as Promise<string>;
}

/** Whether two looks are alike: the picture's room may be another by some pixels. */
export function near(one: string, other: string): boolean {
  const [a, b] = [JSON.parse(one)[0], JSON.parse(other)[0]] as [number[], number[]];
  const off = a.reduce((sum, value, at) => sum + Math.abs(value - b[at]!), 0) / a.length;
  const spread = a.reduce((sum, value) => sum + Math.abs(value - a[0]!), 0) / a.length;
  return off < 0.3 * spread;
}
