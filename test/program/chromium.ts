import { spawnSync } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';

/** The system's Chromium: CHROMIUM names it, or it is on the PATH. */
export function findChromium(): string | undefined {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  return names
    .map((name) => spawnSync('which', [name], { encoding: 'utf8' }))
    .find(({ status }) => status === 0)
    ?.stdout.trim();
}

/** A browser that shows pages of files. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium()!,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}
