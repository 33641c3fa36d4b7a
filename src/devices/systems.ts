import { type ClientHeaders, shortVersion, unquote } from './headers.ts';
import { afterMarker, type UserAgent } from './user-agent.ts';

/** The operating system: its name, the version where it is known, and the word for it in a device's name. */
export interface System {
  readonly name: string;
  readonly version: string | null;
  /** As in "Chrome on Windows". */
  readonly shown: string;
}

type Markers = readonly (readonly [marker: string, name: string, shown: string])[];

/** Marker in the user agent, name, and word in a device's name. The first that is found is the system. */
const markers: Markers = [
  ['quest 2', 'Meta Horizon', 'Meta Quest'],
  ['quest 3', 'Meta Horizon', 'Meta Quest'],
  ['quest pro', 'Meta Horizon', 'Meta Quest'],
  ['xbox', 'Xbox', 'Xbox'],
  ['playstation 5', 'PlayStation 5', 'PlayStation 5'],
  ['playstation 4', 'PlayStation 4', 'PlayStation 4'],
  ['playstation 3', 'PlayStation 3', 'PlayStation 3'],
  ['playstation vita', 'PlayStation Vita', 'PlayStation Vita'],
  ['playstation', 'PlayStation', 'PlayStation'],
  ['nintendo switch', 'Nintendo Switch', 'Nintendo Switch'],
  ['nintendo', 'Nintendo', 'Nintendo'],
  ['windows phone', 'Windows Phone', 'Windows Phone'],
  ['windows mobile', 'Windows Mobile', 'Windows Phone'],
  ['windows ce', 'Windows CE', 'Windows Phone'],
  ['watchos', 'watchOS', 'Apple Watch'],
  ['watch os', 'watchOS', 'Apple Watch'],
  ['appletv', 'tvOS', 'Apple TV'],
  ['apple tv', 'tvOS', 'Apple TV'],
  ['tvos', 'tvOS', 'Apple TV'],
  ['web0s', 'webOS', 'LG TV'],
  ['webos.tv', 'webOS', 'LG TV'],
  ['webos', 'webOS', 'webOS'],
  ['hpwos', 'webOS', 'webOS'],
  ['vidaa', 'VIDAA', 'TV'],
  ['tivoos', 'TiVo OS', 'TV'],
  ['titanos', 'Titan OS', 'TV'],
  ['roku', 'Roku OS', 'Roku'],
  ['tizen', 'Tizen', 'Tizen'],
  ['bada', 'Bada', 'Bada'],
  ['kaios', 'KaiOS', 'KaiOS'],
  ['sailfish', 'Sailfish', 'Sailfish'],
  ['meego', 'MeeGo', 'MeeGo'],
  ['openharmony', 'HarmonyOS', 'HarmonyOS'],
  ['harmonyos', 'HarmonyOS', 'HarmonyOS'],
  ['series60', 'Symbian', 'Symbian'],
  ['symbos', 'Symbian', 'Symbian'],
  ['symbianos', 'Symbian', 'Symbian'],
  ['symbian', 'Symbian', 'Symbian'],
  ['rim tablet os', 'BlackBerry Tablet OS', 'BlackBerry'],
  ['blackberry', 'BlackBerry', 'BlackBerry'],
  ['bb10', 'BlackBerry', 'BlackBerry'],
  ['palmos', 'Palm OS', 'Palm OS'],
  ['palmsource', 'Palm OS', 'Palm OS'],
  ['brew', 'Brew', 'Brew'],
  ['cros', 'ChromeOS', 'ChromeOS'],
  ['freebsd', 'FreeBSD', 'FreeBSD'],
  ['gnu/kfreebsd', 'FreeBSD', 'FreeBSD'],
  ['openbsd', 'OpenBSD', 'OpenBSD'],
  ['netbsd', 'NetBSD', 'NetBSD'],
  ['sunos', 'Solaris', 'Solaris'],
  ['haiku', 'Haiku OS', 'Haiku'],
  ['beos', 'BeOS', 'BeOS'],
  ['amigaos', 'AmigaOS', 'AmigaOS'],
];

/** Names that other systems carry in their user agents too: they count only when nothing else is found. */
const linuxMarkers: Markers = [
  ['kubuntu', 'Kubuntu', 'Linux'],
  ['ubuntu', 'Ubuntu', 'Linux'],
  ['fedora', 'Fedora', 'Linux'],
  ['debian', 'Debian', 'Linux'],
  ['linux mint', 'Linux Mint', 'Linux'],
  ['opensuse', 'openSUSE', 'Linux'],
  ['suse', 'SUSE', 'Linux'],
  ['centos', 'CentOS', 'Linux'],
  ['red hat', 'Red Hat', 'Linux'],
  ['gentoo', 'Gentoo', 'Linux'],
  ['slackware', 'Slackware', 'Linux'],
  ['arch linux', 'Arch Linux', 'Linux'],
  ['raspbian', 'Raspbian', 'Linux'],
  ['linux', 'Linux', 'Linux'],
  ['x11', 'Linux', 'Linux'],
];

/** Systems whose number in the user agent is true. Elsewhere it is absent, frozen or of something else. */
const versioned = new Set([
  'Windows Phone',
  'Tizen',
  'KaiOS',
  'VIDAA',
  'HarmonyOS',
  'Sailfish',
  'BlackBerry',
  'Bada',
]);

/** Every word for a system that a device's name can hold. */
export const shownSystems: readonly string[] = [
  ...new Set([...markers, ...linuxMarkers].map(([, , shown]) => shown)),
  ...['Windows', 'Mac', 'Mac or iPad', 'iPhone', 'iPad', 'iPhone or iPad', 'iPod', 'Apple device'],
  ...['Android', 'Android TV', 'TV', 'Chromebook', 'Fire tablet', 'Fire TV', 'Samsung TV', 'Fuchsia'],
];

const windowsNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '6.3': '8.1',
    '6.2': '8',
    '6.1': '7',
    '6.0': 'Vista',
    '5.2': 'XP',
    '5.1': 'XP',
    '5.01': '2000',
    '5.0': '2000',
    '4.0': 'NT',
  }),
);

/** The system a client runs on: from its hints where it sends them, else from its user agent; null if neither says. */
export function systemOf(headers: ClientHeaders, agent: UserAgent): System | null {
  const fromAgent = systemOfAgent(agent);
  const platform = unquote(headers.platform)?.toLowerCase() ?? '';
  const version = unquote(headers.platformVersion);
  if (platform === 'windows') return windowsByHints(fromAgent, version);
  if (platform === 'android') return androidByHints(agent, fromAgent, version);
  if (platform === 'linux') return linuxByHints(fromAgent);
  const plain = plainPlatforms.get(platform);
  if (plain === undefined) return fromAgent;
  // The hint names the system; the user agent may name the machine as well: an iPhone, an iPod.
  const isSame = fromAgent?.shown === plain.shown || (plain.name === 'iOS' && fromAgent?.name === 'iOS');
  const base = fromAgent !== null && isSame ? fromAgent : plain;
  return { ...base, version: shortVersion(version) ?? base.version };
}

/** Platforms of `Sec-CH-UA-Platform` whose version means what it says. */
const plainPlatforms: ReadonlyMap<string, System> = new Map(
  Object.entries({
    macos: { name: 'macOS', version: null, shown: 'Mac' },
    ios: { name: 'iOS', version: null, shown: 'iPhone or iPad' },
    'chrome os': { name: 'ChromeOS', version: null, shown: 'ChromeOS' },
    chromeos: { name: 'ChromeOS', version: null, shown: 'ChromeOS' },
    'chromium os': { name: 'ChromeOS', version: null, shown: 'ChromeOS' },
    fuchsia: { name: 'Fuchsia', version: null, shown: 'Fuchsia' },
    harmonyos: { name: 'HarmonyOS', version: null, shown: 'HarmonyOS' },
  }),
);

function windowsByHints(fromAgent: System | null, version: string | null): System {
  if (fromAgent?.name === 'Xbox') return fromAgent;
  const older = fromAgent?.name === 'Windows' ? fromAgent.version : null;
  return { name: 'Windows', version: windowsRelease(version) ?? older, shown: 'Windows' };
}

/** Televisions, headsets and distributions say Linux in the hint and more in the user agent. */
function linuxByHints(fromAgent: System | null): System {
  const isOther = fromAgent === null || /^(Android|Windows|macOS|iOS|iPadOS)/.test(fromAgent.name);
  return isOther ? { name: 'Linux', version: null, shown: 'Linux' } : fromAgent;
}

function androidByHints(agent: UserAgent, fromAgent: System | null, version: string | null): System {
  const isAndroid =
    fromAgent !== null && ['Android', 'Fire OS', 'Meta Horizon', 'HarmonyOS'].includes(fromAgent.name);
  const base = isAndroid ? fromAgent : android(agent);
  const hinted = base.name === 'Android' ? shortVersion(version) : null;
  return { ...base, version: hinted ?? base.version };
}

/** The Windows release behind `Sec-CH-UA-Platform-Version`: 13 and up is Windows 11, 1 to 10 is Windows 10. */
export function windowsRelease(platformVersion: string | null): string | null {
  const [major, minor] = (platformVersion ?? '').split('.').map(Number);
  if (major === undefined || Number.isNaN(major)) return null;
  if (major >= 13) return '11';
  if (major >= 1) return major <= 10 ? '10' : null;
  return ({ 1: '7', 2: '8', 3: '8.1' } as Readonly<Record<number, string>>)[minor ?? 0] ?? null;
}

function systemOfAgent(agent: UserAgent): System | null {
  const early = markerSystem(agent, markers);
  if (early) return early;
  if (/android|\badr \d|^dalvik/.test(agent.lower)) return android(agent);
  if (/iphone|ipad|ipod|(?<![a-z])ios(?![a-z])/.test(agent.lower)) return appleMobile(agent);
  if (/windows|\bwin(32|64|10|11)\b|win(98|95|nt)|winhttp/.test(agent.lower)) return windows(agent);
  if (/darwin|cfnetwork/.test(agent.lower)) return darwin(agent);
  if (/mac[ _+]?os|macintosh|macos|mac_powerpc|osx/.test(agent.lower)) return mac(agent);
  return markerSystem(agent, linuxMarkers);
}

function markerSystem(agent: UserAgent, table: Markers): System | null {
  for (const [marker, name, shown] of table) {
    const rest = afterMarker(agent, marker);
    if (rest === null) continue;
    if (shown === 'BlackBerry' && agent.lower.includes('android')) continue;
    if (name === 'Tizen' && /smart-?tv|smarthub|\btv\b/.test(agent.lower)) {
      return { name, version: shortVersion(rest), shown: 'Samsung TV' };
    }
    if (name === 'ChromeOS') return { name, version: chromeOsVersion(rest), shown };
    return { name, version: versioned.has(name) ? shortVersion(rest) : null, shown };
  }
  return null;
}

/** ChromeOS has sent 14541.0.0 ever since its user agent was frozen. */
function chromeOsVersion(rest: string): string | null {
  const version = /^\S+ (\d+\.\d+)/.exec(rest)?.[1] ?? null;
  return version === '14541.0' ? null : shortVersion(version);
}

function windows(agent: UserAgent): System {
  const kernel = /windows nt (\d+\.\d+)/.exec(agent.lower)?.[1] ?? '';
  const named = /windows (xp|vista|me|98|95|2000)\b|win(98|95)/.exec(agent.lower);
  const word = named?.[1] ?? named?.[2] ?? null;
  const release = word === null ? null : /^(xp|me)$/.test(word) ? word.toUpperCase() : word.replace('v', 'V');
  return { name: 'Windows', version: windowsNames.get(kernel) ?? release, shown: 'Windows' };
}

/**
 * An Android device. Browsers that reduce their user agent say `Android 10; K`, and Firefox says `Android 10` with
 * no model: neither is a known version.
 */
function android(agent: UserAgent): System {
  const version = /android[ /-]?v?(\d+(?:\.\d+)*)/.exec(agent.lower)?.[1] ?? null;
  const isFrozen = version === '10' && /android 10; (k\)|mobile|tablet)/.test(agent.lower);
  const known = isFrozen ? null : shortVersion(version);
  if (agent.lower.includes('chromebook')) return { name: 'ChromeOS', version: null, shown: 'Chromebook' };
  if (/\baft[a-z0-9]+\b/.test(agent.lower)) return { name: 'Fire OS', version: null, shown: 'Fire TV' };
  if (/\bkf[a-z]{2,6}\b|\bsilk\//.test(agent.lower))
    return { name: 'Fire OS', version: null, shown: 'Fire tablet' };
  if (/oculusbrowser|quest [23]\b/.test(agent.lower)) {
    return { name: 'Meta Horizon', version: null, shown: 'Meta Quest' };
  }
  return { name: 'Android', version: known, shown: 'Android' };
}

function appleMobile(agent: UserAgent): System {
  const { lower } = agent;
  const shown = lower.includes('ipad') ? 'iPad' : lower.includes('ipod') ? 'iPod' : 'iPhone';
  const name = shown === 'iPad' ? 'iPadOS' : 'iOS';
  const isNamed = /iphone|ipad|ipod/.test(lower);
  return { name, version: appleMobileVersion(lower), shown: isNamed ? shown : 'iPhone or iPad' };
}

/**
 * The iOS version. Since iOS 26 Safari's user agent stays at 18_6 or 18_7 and the true number is in `Version/`. Other
 * browsers on iOS (CriOS, GSA) still send the true one; a bare web view at 18_6 or 18_7 may be either.
 */
function appleMobileVersion(lower: string): string | null {
  const inApp = /fbsv\/(\d+(?:\.\d+)?)/.exec(lower)?.[1];
  if (inApp !== undefined) return shortVersion(inApp);
  const version = /(?:\bos|\bios|\bipados|\biphone)[ /](\d+(?:[._]\d+)*)/.exec(lower)?.[1] ?? null;
  const safari = /\bversion\/(\d+(?:\.\d+)?)/.exec(lower)?.[1] ?? null;
  const isFrozen = /^18[._][67]\b/.test(version ?? '') || /^18[._][67][._]/.test(version ?? '');
  if (isFrozen && safari !== null && Number.parseInt(safari, 10) >= 26) return shortVersion(safari);
  const isUnsure = isFrozen && safari === null && !/crios\/|gsa\//.test(lower);
  return isUnsure ? null : shortVersion(version);
}

/**
 * A Mac by its user agent. An iPad asks for desktop pages as a Macintosh: with `Mobile/` or an iOS browser's own
 * token it is known to be none; Safari at the frozen 10_15 may be either; Blink and Gecko run on a Mac alone.
 */
function mac(agent: UserAgent): System {
  const { lower } = agent;
  if (/mobile\/1[5-9]e|mobile\/2/.test(lower)) return { name: 'iPadOS', version: null, shown: 'iPad' };
  if (/crios|fxios|edgios|opios|\bopt\/|gsa\//.test(lower)) {
    return { name: 'iPadOS', version: null, shown: 'iPhone or iPad' };
  }
  const version = /mac[ _+]?os[ _+]?x?[ /]*(\d+(?:[._]\d+)*)/.exec(lower)?.[1] ?? null;
  const isFrozen = version === null || /^10[._]1[56]/.test(version);
  const isSafari = /version\/[\d.]+ safari\//.test(lower) && !/chrom(e|ium)\//.test(lower);
  if (isFrozen && isSafari) return { name: 'macOS or iPadOS', version: null, shown: 'Mac or iPad' };
  return { name: 'macOS', version: isFrozen ? null : shortVersion(version), shown: 'Mac' };
}

/** An app on Apple's network stack. Only the kernel is named, and iOS and macOS share it, unless a processor is. */
function darwin(agent: UserAgent): System {
  if (/x86_64|i386|macintosh|\bmac|power%20mac/.test(agent.lower))
    return { name: 'macOS', version: null, shown: 'Mac' };
  return { name: 'iOS or macOS', version: null, shown: 'Apple device' };
}
