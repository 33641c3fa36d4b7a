import { brandNames, browserFromBrands, type Product } from './brands.ts';
import { browserNames, commonBrowser, markedBrowser } from './browsers.ts';
import { type FormFactor, formFactorOf, hardwareOf } from './hardware.ts';
import { type ClientHeaders, cleanHeader } from './headers.ts';
import { programNames } from './program-catalogue.ts';
import { appOf, botOf, commandOf, declaredBotOf, libraryOf, unlistedProduct } from './programs.ts';
import { type System, systemOf } from './systems.ts';
import { parseUserAgent, type UserAgent } from './user-agent.ts';

/** What a client is. Browsers, apps, commands a person types, programs (libraries and bots). */
export type ClientKind = 'browser' | 'mobile-app' | 'desktop-app' | 'cli' | 'api' | 'unknown';

/** What the headers of a request say about the client. They are claims: good to recognise by, no proof of anything. */
export interface Client {
  /** As the owner sees it: "Chrome on Windows". Made of listed words alone; nothing of a header reaches it. */
  readonly name: string;
  readonly kind: ClientKind;
  /** Browser, app, library or bot. An unlisted one is named in its own word, plain ASCII of at most 32 characters. */
  readonly browser: Product | null;
  /** The version is null when the client sends a frozen one. */
  readonly os: { readonly name: string; readonly version: string | null } | null;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly formFactor: FormFactor;
}

interface Recognised {
  readonly kind: ClientKind;
  readonly product: Product | null;
  readonly isBot?: boolean;
}

/**
 * Recognises a client by its headers: client hints first, then the user agent. Never throws, and takes well under a
 * millisecond, since every header is cut to 512 characters. What cannot be known is null or "unknown".
 */
export function recognise(headers: ClientHeaders): Client {
  const clean = cleaned(headers);
  const agent = parseUserAgent(clean.userAgent ?? '');
  const system = systemOf(clean, agent);
  const formFactor = formFactorOf(clean, agent, system);
  const found = recogniseProduct(clean, agent, system, formFactor);
  const hardware = hardwareOf(clean, agent, system);
  const isProgram = found.isBot === true || found.kind === 'cli' || found.kind === 'api';
  return {
    name: nameOf(found, system, formFactor),
    kind: found.kind,
    browser: found.product,
    os: system === null ? null : { name: system.name, version: system.version },
    vendor: isProgram ? null : hardware.vendor,
    model: isProgram ? null : hardware.model,
    formFactor: found.isBot === true ? 'bot' : found.kind === 'api' ? 'unknown' : formFactor,
  };
}

function cleaned(headers: ClientHeaders): ClientHeaders {
  return {
    userAgent: cleanHeader(headers.userAgent),
    brands: cleanHeader(headers.brands),
    fullVersionList: cleanHeader(headers.fullVersionList),
    platform: cleanHeader(headers.platform),
    platformVersion: cleanHeader(headers.platformVersion),
    model: cleanHeader(headers.model),
    mobile: cleanHeader(headers.mobile),
    formFactors: cleanHeader(headers.formFactors),
    requestedWith: cleanHeader(headers.requestedWith),
  };
}

function recogniseProduct(
  headers: ClientHeaders,
  agent: UserAgent,
  system: System | null,
  formFactor: FormFactor,
): Recognised {
  const command = commandOf(agent);
  if (command) return { kind: 'cli', product: command };
  const library = libraryOf(agent);
  if (library) return { kind: 'api', product: library };
  const appKind = formFactor === 'desktop' ? 'desktop-app' : 'mobile-app';
  const declared = declaredBotOf(agent);
  if (declared) return { kind: 'api', product: declared, isBot: true };
  const app = appOf(agent, headers.requestedWith);
  if (app && browserNames.includes(app.name)) return { kind: 'browser', product: withVersion(app, agent) };
  if (app) return { kind: appKind, product: app };
  const bot = botOf(agent);
  if (bot) return { kind: 'api', product: bot, isBot: true };
  return recogniseBrowser(headers, agent, system, appKind);
}

function withVersion(browser: Product, agent: UserAgent): Product {
  const marked = markedBrowser(agent);
  return marked?.name === browser.name ? marked : browser;
}

const engineBrands = ['Chrome', 'Chromium', 'Android WebView', 'Edge WebView2', 'Headless Chrome'];

/** A hinted brand wins over the user agent, but a bare engine in the hints does not win over a name in the agent. */
function recogniseBrowser(
  headers: ClientHeaders,
  agent: UserAgent,
  system: System | null,
  appKind: ClientKind,
): Recognised {
  const hinted = browserFromBrands(headers.brands, headers.fullVersionList);
  if (hinted && !engineBrands.includes(hinted.name)) {
    return { kind: 'browser', product: withVersion(hinted, agent) };
  }
  const marked = markedBrowser(agent);
  if (marked) return { kind: 'browser', product: marked };
  const own = unlistedProduct(agent);
  if (own) return { kind: unlistedKind(agent, system, appKind), product: own };
  if (agent.lower.includes('electron/'))
    return { kind: 'desktop-app', product: { name: 'Electron', version: null } };
  const product = isBareChromium(hinted)
    ? (commonBrowser(agent) ?? hinted)
    : (hinted ?? commonBrowser(agent));
  if (product) return { kind: 'browser', product };
  return { kind: 'unknown', product: null };
}

/** "Chromium" alone names the engine of many browsers: the user agent knows as much or more. */
function isBareChromium(hinted: Product | null): boolean {
  return hinted?.name === 'Chromium';
}

/** What a client is that goes by a name of its own: a browser, a web view, an app, or something that says too little. */
function unlistedKind(agent: UserAgent, system: System | null, appKind: ClientKind): ClientKind {
  if (/^(mozilla|opera)\//.test(agent.lower)) {
    return /; wv\)|electron\//.test(agent.lower) || isWebView(agent) ? appKind : 'browser';
  }
  if (system !== null) return appKind;
  const isProgram = /http|sdk|api\b|curl|client|python|java|perl|php|ruby|rust|fetch|request|rpc/.test(
    agent.lower,
  );
  return isProgram ? 'api' : 'unknown';
}

/** An iPhone or iPad page without Safari's own token is an app's web view. */
function isWebView(agent: UserAgent): boolean {
  return /iphone|ipad/.test(agent.lower) && !agent.lower.includes('safari/');
}

/** What can stand before " on " in a name. */
const listedProducts: ReadonlySet<string> = new Set([
  ...brandNames,
  ...browserNames,
  ...programNames.apps,
  'Electron',
]);

function nameOf(found: Recognised, system: System | null, formFactor: FormFactor): string {
  const name = found.product?.name ?? '';
  if (found.isBot === true) return programNames.bots.includes(name) ? `${name}, bot` : 'Bot';
  if (found.kind === 'cli')
    return programNames.commands.includes(name) ? `${name}, command line` : 'Command line';
  if (found.kind === 'api')
    return programNames.libraries.includes(name) ? `${name}, API client` : 'API client';
  const isListed = listedProducts.has(name);
  if (system !== null)
    return `${isListed ? name : subjectOf(found.kind)} on ${placeName(system, formFactor)}`;
  return isListed ? name : `Unknown ${subjectOf(found.kind).toLowerCase()}`;
}

function placeName(system: System, formFactor: FormFactor): string {
  if (formFactor !== 'tv') return system.shown;
  if (system.shown === 'Android') return 'Android TV';
  return system.shown === 'Linux' ? 'TV' : system.shown;
}

function subjectOf(kind: ClientKind): string {
  if (kind === 'browser') return 'Browser';
  return kind === 'mobile-app' || kind === 'desktop-app' ? 'App' : 'Client';
}
