import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly string[];
}

// What it would fetch is refused by the content policy, and all our styles are the page's own.
const run = `(async () => {
  const { violations } = await axe.run(document, { preload: false, resultTypes: ['violations'] });
  return violations.map(({ id, impact, nodes }) => ({
    id, impact, nodes: nodes.map(({ html, target }) => target.flat().join(' ') + ' ' + html.slice(0, 160)),
  }));
})()`;

const looks = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'dark', width: 360 },
  { colorScheme: 'light', width: 360 },
] as const;

/**
 * axe finds nothing serious or critical on the page as it stands, light and dark, wide and narrow; nothing reaches past
 * the window, also at 320 px. The page is left light and narrow.
 */
export async function assertAccessible(page: Page, state: string): Promise<void> {
  await page.evaluate(source);
  for (const { colorScheme, width } of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    const findings = await page.evaluate<readonly Finding[]>(run);
    const grave = findings.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(grave, [], `${state}, ${colorScheme}, ${width} px`);
    await assertNoOverflow(page, `${state}, ${width} px`);
  }
  await page.setViewportSize({ width: 320, height: 800 });
  await assertNoOverflow(page, `${state}, 320 px`);
}

async function assertNoOverflow(page: Page, state: string): Promise<void> {
  assert.equal(await page.evaluate<number>('probe.overflow()'), 0, `${state}: wider than the window`);
}
