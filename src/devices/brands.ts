import { plainName, shortVersion, unquote } from './headers.ts';

/** A browser, app, library or bot: its name and the version that is known. */
export interface Product {
  readonly name: string;
  readonly version: string | null;
}

const maxBrands = 16;
const maxBrandLength = 128;

/** Names in `Sec-CH-UA`, as their browsers send them, and the names shown for them. */
const shownBrand: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'google chrome': 'Chrome',
    chrome: 'Chrome',
    chromium: 'Chromium',
    'microsoft edge': 'Edge',
    edge: 'Edge',
    'microsoft edge webview2': 'Edge WebView2',
    'android webview': 'Android WebView',
    opera: 'Opera',
    'opera gx': 'Opera GX',
    operamobile: 'Opera',
    'opera mobile': 'Opera',
    'opera mini': 'Opera Mini',
    'opera crypto': 'Opera Crypto',
    'opera air': 'Opera Air',
    brave: 'Brave',
    'brave browser': 'Brave',
    vivaldi: 'Vivaldi',
    duckduckgo: 'DuckDuckGo',
    yandex: 'Yandex Browser',
    yabrowser: 'Yandex Browser',
    yowser: 'Yandex Browser',
    'samsung internet': 'Samsung Internet',
    'huawei browser': 'Huawei Browser',
    huaweibrowser: 'Huawei Browser',
    'miui browser': 'Mi Browser',
    xiaomibrowser: 'Mi Browser',
    silk: 'Silk',
    'amazon silk': 'Silk',
    whale: 'Whale',
    'naver whale': 'Whale',
    headlesschrome: 'Headless Chrome',
    headlessedg: 'Edge',
    'oculus browser': 'Meta Quest Browser',
    'meta quest browser': 'Meta Quest Browser',
    'avg secure browser': 'AVG Secure Browser',
    'avast secure browser': 'Avast Secure Browser',
    'ccleaner browser': 'CCleaner Browser',
    'norton private browser': 'Norton Private Browser',
    'avira secure browser': 'Avira Secure Browser',
    coc_coc_browser: 'Coc Coc',
    coccoc: 'Coc Coc',
    ecosia: 'Ecosia',
    arc: 'Arc',
    sidekick: 'Sidekick',
    iron: 'Iron',
    cent: 'Cent Browser',
    epic: 'Epic',
    wavebrowser: 'Wave Browser',
    'mint browser': 'Mint Browser',
    'vewd core': 'Vewd Browser',
    'hicloud browser': 'Huawei Browser',
    'perplexity comet': 'Comet',
    comet: 'Comet',
    'chatgpt atlas': 'ChatGPT Atlas',
    dia: 'Dia',
  }),
);

/** Every browser name that a brand can give. */
export const brandNames: readonly string[] = [...new Set(shownBrand.values())];

/** Engines and shells: shown only when nothing more telling is in the list, the later the better. */
const lesserBrands = ['Android WebView', 'Chromium', 'Edge WebView2', 'Chrome', 'Headless Chrome'];

/**
 * The browser that a brand list names, or null when the list is absent or made of invented brands alone. Browsers
 * put one invented brand among the true ones so that nobody relies on the list's form; it is dropped here.
 */
export function browserFromBrands(brands: string | null, fullVersionList: string | null): Product | null {
  const named = parseBrands(brands).concat(parseBrands(fullVersionList));
  const first = named.find((brand) => !lesserBrands.includes(brand.name));
  if (first) return longestVersionOf(first.name, named);
  const lesser = lesserBrands.findLast((name) => named.some((brand) => brand.name === name));
  return lesser === undefined ? null : longestVersionOf(lesser, named);
}

function longestVersionOf(name: string, named: readonly Product[]): Product {
  const versions = named.filter((brand) => brand.name === name).map((brand) => brand.version ?? '');
  const version = versions.reduce((best, next) => (next.length > best.length ? next : best), '');
  return { name, version: shortVersion(version) };
}

const brandItem = /"((?:[^"\\]|\\.)*)"(?:\s*;\s*v="?([^",;]*)"?)?/g;

function parseBrands(list: string | null): Product[] {
  return [...(list ?? '').matchAll(brandItem)]
    .slice(0, maxBrands)
    .map(([, name, version]) => ({
      name: unquote((name ?? '').slice(0, maxBrandLength)) ?? '',
      version: version ?? null,
    }))
    .filter(({ name }) => !isInvented(name))
    .flatMap(({ name, version }) => {
      const shown = shownBrand.get(name.toLowerCase()) ?? plainName(name);
      return shown === null ? [] : [{ name: shown, version }];
    });
}

/** `Not A(Brand`, `Not;A=Brand`, `(Not(A:Brand` and their like. */
function isInvented(name: string): boolean {
  return /not.*brand/i.test(name) || /^[^\p{L}\p{N}]/u.test(name) || name === '';
}
