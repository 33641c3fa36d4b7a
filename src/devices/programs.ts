import type { Product } from './brands.ts';
import { plainName, shortVersion } from './headers.ts';
import {
  apps,
  bots,
  type Catalogue,
  commands,
  libraries,
  ordinaryWords,
  packages,
} from './program-catalogue.ts';
import { afterMarker, ownWord, type UserAgent } from './user-agent.ts';

function startingProduct(agent: UserAgent, catalogue: Catalogue): Product | null {
  for (const [marker, name] of catalogue) {
    if (!agent.lower.startsWith(marker)) continue;
    const rest = agent.text.slice(marker.length);
    const isLonger = /[a-z]$/.test(marker) && /^-[a-z]/i.test(rest);
    if (isLonger) return unlistedProduct(agent);
    if (/^[a-z0-9]/i.test(rest) && /[a-z]$/.test(marker) && !/^\d/.test(rest)) continue;
    return { name, version: shortVersion(rest.replace(/^[^\d(]*/, '')) };
  }
  return null;
}

/** The command-line client that the user agent starts with, or null. */
export function commandOf(agent: UserAgent): Product | null {
  const shell = afterMarker(agent, 'windowspowershell/');
  return shell === null
    ? startingProduct(agent, commands)
    : { name: 'PowerShell', version: shortVersion(shell) };
}

/** The HTTP library or tool that the user agent starts with, or null. */
export function libraryOf(agent: UserAgent): Product | null {
  return startingProduct(agent, libraries);
}

/** Apps that put their version in `FBAV/`. */
const metaApps = ['Facebook', 'Messenger', 'Meta Business Suite'];

/** The app that shows the page in a web view of its own, or asks for data itself; null when it is a plain browser. */
export function appOf(agent: UserAgent, requestedWith: string | null): Product | null {
  const marked = markedProduct(agent, apps);
  if (marked !== null && metaApps.includes(marked.name))
    return { ...marked, version: shortVersion(afterMarker(agent, 'fbav/')) };
  return packageOf(requestedWith) ?? marked;
}

function markedProduct(agent: UserAgent, catalogue: Catalogue): Product | null {
  for (const [marker, name] of catalogue) {
    const rest = afterMarker(agent, marker);
    if (rest !== null) return { name, version: shortVersion(rest) };
  }
  return null;
}

/** Package parts that say nothing of whose app it is. */
const generalPart =
  /^(com|org|net|io|info|de|fr|it|ru|cn|co|me|app|apps|android|mobile|browser|client|lite|main|free|pro|prod|release|web|www)$/;

/** Last parts that say what the app is for but not whose it is: the parts before them are shown too. */
const commonNoun =
  /^(mail|vpn|vpnclient|plus|prime|launcher|messenger|parent|privacy|junk|cleaner|music|player|videoplayer|news|weather|camera|keyboard|emoji|search|onesearch|maps|game|chat|radio|video|math|wallet|security|antivirus|lock|notes|reader|shop|store|bank|sms|files|gallery|health|sa|tv)$/;

function packageOf(requestedWith: string | null): Product | null {
  const name = requestedWith?.toLowerCase() ?? '';
  if (!/^[a-z0-9_]+(\.[a-z0-9_]+)+$/.test(name)) return null;
  const listed = packages.get(name);
  if (listed !== undefined) return { name: listed, version: null };
  const telling = name.split('.').filter((part) => !generalPart.test(part));
  const last = telling.at(-1) ?? '';
  const plain = plainName((commonNoun.test(last) ? telling.join(' ') : last).replaceAll('_', ' '));
  return plain === null ? null : { name: plain, version: null };
}

/** Words that only a bot has, wherever they stand. */
const botWords =
  /(?<!cu)bot(?![a-z]*tle)|crawl|spider|slurp|archiver|scrap[ey]|fetcher|uptime|\(\+(?!drm|pvr)|\+https?:|lighthouse|pagespeed|health-?check|prerender|ptst\//i;
/** Words of bots and of services, which the apps of phones may hold too. */
const serviceWords =
  /preview|monitor|checker|validator|scanner|\bscan\b|inspect|analy[sz]|proxy\b|\bfeed|\brss\b|search|https?:|www\.|[a-z0-9]@[a-z0-9-]+\.|[a-z0-9]\.(?:com|net|org|de|info)\b|probe|verif|wordpress|google-|-google|audit/i;
const personal = /android|iphone|ipad|darwin|cros|msie|trident|\bedg|opr\//i;

/** The bot that says it is one: by a listed name or by the address of a page about it. */
export function declaredBotOf(agent: UserAgent): Product | null {
  return markedProduct(agent, bots) ?? (/\+https?:/.test(agent.lower) ? unlistedBot(agent) : null);
}

/** The bot that the user agent's words give away; null when nothing says bot. */
export function botOf(agent: UserAgent): Product | null {
  const isService = serviceWords.test(agent.text) && !personal.test(agent.text);
  return botWords.test(agent.text) || isService || isBareCompatible(agent) ? unlistedBot(agent) : null;
}

/** `Mozilla/5.0 (compatible; Name/1.0)` with no engine behind it: the form that crawlers use. */
function isBareCompatible(agent: UserAgent): boolean {
  if (!/^mozilla\/\d\.\d+ \(compatible;/.test(agent.lower)) return false;
  return !/msie|webkit|gecko|khtml|konqueror|beos|syllable|trident|netfront|opera/.test(agent.lower);
}

function unlistedBot(agent: UserAgent): Product {
  const candidates = [
    ...agent.comments,
    ...agent.words.map(({ name, version }) => `${name}/${version ?? ''}`),
  ];
  const naming = candidates.find((part) => /bot|crawl|spider/i.test(part) && !/^\+?https?:/i.test(part));
  const named = naming === undefined ? null : productOf(naming);
  if (named) return named;
  const word = ownWord(agent, ordinaryWords);
  if (word) return { name: word.name, version: shortVersion(word.version) };
  const at = agent.comments.findIndex((part) => part.toLowerCase() === 'compatible');
  return productOf(agent.comments[at + 1] ?? agent.comments[0] ?? '') ?? { name: 'Bot', version: null };
}

function productOf(part: string): Product | null {
  const [name, version] = part.split('/');
  const plain = plainName((name ?? '').replace(/ v?\d[\d.]*$/, ''));
  return plain === null ? null : { name: plain, version: shortVersion(version ?? null) };
}

/** A client that names itself and is in no catalogue: its first own word. */
export function unlistedProduct(agent: UserAgent): Product | null {
  const word = ownWord(agent, ordinaryWords);
  if (word === null) return null;
  const joined = /^([A-Za-z]{2,})(\d+(?:\.\d+)+)$/.exec(word.name);
  return { name: joined?.[1] ?? word.name, version: shortVersion(joined?.[2] ?? word.version) };
}
